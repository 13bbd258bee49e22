using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Live;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Live;

/// <summary>How a publisher's first tags are read: metadata is never believed, and nobody waits for ever.</summary>
public sealed class SourceReaderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Recording _recording = new();
    private readonly Segmenter _segmenter;
    private readonly SourceReader _reader;

    public SourceReaderTests()
    {
        _segmenter = new Segmenter(new SegmentationOptions(), _time, _recording);
        _reader = new SourceReader(_segmenter, _time);
    }

    [Fact]
    public async Task BothTracks_AtTheirPace_OpenOnceThatIsClear()
    {
        var begin = _time.GetUtcNow();

        ReadInTime(await TagsAsync(seconds: 1));

        Assert.Equal(30, _recording.Pictures);
        Assert.InRange(_recording.Sounds, 40, 50);
        // The first picture has a time of its own, a little after the first sound.
        Assert.Equal(begin, _segmenter.Period!.At(0), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task TagsThatPiledUp_DoNotShiftTheWallClock()
    {
        var begin = _time.GetUtcNow();
        var tags = (await TagsAsync(seconds: 2)).ToList();

        _time.Advance(TimeSpan.FromMilliseconds(700));
        Read(tags.Where(tag => tag.TimestampMs <= 700));
        Assert.Equal(0, _recording.Pictures);
        ReadInTime(tags.Where(tag => tag.TimestampMs > 700));

        Assert.Equal(60, _recording.Pictures);
        Assert.Equal(begin, _segmenter.Period!.At(0), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task TagsAllAtOnce_AreNotWaitedForLongerThanTheirPatience()
    {
        var tags = (await TagsAsync(seconds: 12)).ToList();
        Read(tags.SkipLast(1));
        _time.Advance(OpeningPace.PatienceMax);

        Read(tags.TakeLast(1));

        Assert.Equal(360, _recording.Pictures);
        Assert.Equal(_time.GetUtcNow(), _segmenter.Period!.ProgramDateTime);
    }

    [Fact]
    public async Task AudioThatNeverComes_IsGivenUpAfterTheTimeout()
    {
        Read((await TagsAsync(seconds: 1)).Where(tag => tag.Type != FlvTagType.Audio));
        Assert.Equal(0, _recording.Pictures);

        _time.Advance(SourceReader.OpeningTimeout);
        _reader.OpenIfDue();

        Assert.Equal(30, _recording.Pictures);
        Assert.Equal(0, _recording.Sounds);
    }

    [Fact]
    public async Task VideoThatIsAnnouncedAndNeverComes_DoesNotKeepTheAudioWaiting()
    {
        Read((await TagsAsync(seconds: 1)).Where(tag => tag.Type != FlvTagType.Video || tag.Body.Span[1] == 0));
        _time.Advance(SourceReader.OpeningTimeout);
        _reader.OpenIfDue();

        Assert.Null(_segmenter.VideoConfiguration);
        Assert.InRange(_recording.Sounds, 40, 50);
    }

    [Fact]
    public async Task ParameterSetsInBandOnly_NoPictureIsLost()
    {
        var tags = await TagsAsync(seconds: 2, videoOptions: "-x264-params repeat-headers=1");

        ReadInTime(tags.Where(tag => tag.Type != FlvTagType.Video || tag.Body.Span[1] == 1));

        Assert.Equal(60, _recording.Pictures);
    }

    [Fact]
    public async Task ParameterSetsChangedInBand_AreADiscontinuityAndNoPictureIsLost()
    {
        var first = (await TagsAsync(seconds: 2, videoOptions: "-x264-params repeat-headers=1")).ToArray();
        var second = (await TagsAsync(seconds: 2, videoOptions: "-x264-params repeat-headers=1", size: "160x90"))
            .Where(tag => tag.Type == FlvTagType.Video && tag.Body.Span[1] == 1)
            .Select(tag => new FlvTag(tag.Type, tag.TimestampMs + 2000, tag.Body));

        ReadInTime(first);
        ReadInTime(second);

        Assert.Equal(120, _recording.Pictures);
        Assert.Equal([0, 1], _recording.Boundaries.Select(boundary => boundary.DiscontinuitySequence));
        Assert.Equal(160, _segmenter.VideoConfiguration!.Width);
    }

    [Fact]
    public async Task SeveralAdtsFramesInATag_AreAllHeard()
    {
        var tags = (await TagsAsync(seconds: 2)).ToList();
        var plain = tags.Count(IsSound);
        var joined = tags.Where(tag => !IsSound(tag)).Concat(tags.Where(IsSound).Chunk(2).Select(Joined))
            .OrderBy(tag => tag.TimestampMs).ToList();

        ReadInTime(joined);

        // Those from before the first picture count for nothing, those after the last one are still held.
        Assert.InRange(_recording.Sounds, plain - 8, plain);
        Assert.Contains(
            string.Join(' ', _recording.SoundLengths),
            string.Join(' ', tags.Where(IsSound).Select(tag => tag.Body.Length - 2)),
            StringComparison.Ordinal);

        static bool IsSound(FlvTag tag) => tag.Type == FlvTagType.Audio && tag.Body.Span[1] == 1;

        static FlvTag Joined(FlvTag[] pair) => new(
            FlvTagType.Audio,
            pair[0].TimestampMs,
            (byte[])[0xAF, 1, .. pair.SelectMany(tag => (byte[])[.. Adts(tag.Body.Length - 2), .. tag.Body[2..].Span])]);

        // AAC-LC, 48 kHz, stereo, no checksum.
        static byte[] Adts(int length) =>
            [0xFF, 0xF1, 0x4C, (byte)(0x80 | ((length + 7) >> 11)), (byte)((length + 7) >> 3), (byte)(((length + 7) << 5) | 0x1F), 0xFC];
    }

    private static async Task<IEnumerable<FlvTag>> TagsAsync(double seconds, string videoOptions = "", string size = "320x180") =>
        await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(gop: 60, seconds: seconds, videoOptions: videoOptions, size: size));

    /// <summary>Reads tags when the clock says what they say.</summary>
    private void ReadInTime(IEnumerable<FlvTag> tags)
    {
        uint? before = null;
        foreach (var tag in tags)
        {
            _time.Advance(TimeSpan.FromMilliseconds(tag.TimestampMs - (before ?? tag.TimestampMs)));
            before = tag.TimestampMs;
            _reader.Read(tag);
        }
    }

    private void Read(IEnumerable<FlvTag> tags)
    {
        foreach (var tag in tags)
        {
            _reader.Read(tag);
        }
    }

    /// <summary>Counts what was placed.</summary>
    private sealed class Recording : SegmenterOutput
    {
        public int Pictures { get; private set; }

        public int Sounds { get; private set; }

        public List<int> SoundLengths { get; } = [];

        public List<SegmentBoundary> Boundaries { get; } = [];

        public override void BeginSegment(SegmentBoundary boundary) => Boundaries.Add(boundary);

        public override void BeginAudioSegment(SegmentBoundary boundary, long decodeTime)
        {
        }

        public override void Video(in Sample sample, long duration) => Pictures++;

        public override void Audio(in Sample sample, long duration)
        {
            Sounds++;
            SoundLengths.Add(sample.Data.Length);
        }

        public override void EndSegment(long videoEnd, long audioEnd)
        {
        }
    }
}
