using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Broadcasts;

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
        _recording.Segmenter = _segmenter;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AudioThatNeverComes_IsGivenUpAfterTheTimeout(bool isPromised)
    {
        Read((await TagsAsync(seconds: 1)).Where(tag => tag.Type != FlvTagType.Audio && (isPromised || tag.Type != FlvTagType.Script)));
        Assert.Equal(0, _recording.Pictures);

        _time.Advance(SourceReader.OpeningTimeout);
        _reader.OpenIfDue();

        Assert.Equal(30, _recording.Pictures);
        Assert.InRange(_recording.Sounds, isPromised ? 45 : 0, isPromised ? 47 : 0);
        Assert.Null(_reader.Audio);
    }

    [Theory]
    [InlineData(48000, 2, 0)]
    [InlineData(44100, 2, 0)]
    [InlineData(44100, 1, 1)]
    public async Task AudioThatIsPromisedAndComesLate_GoesOnWhereSilenceWas(int rate, int channels, int discontinuities)
    {
        const int late = 5000;
        var tags = await TestMedia.ReadTagsAsync(
            await TestMedia.FlvAsync(gop: 60, seconds: 10, size: "160x96", audioRate: rate, channels: channels));
        var config = tags.First(tag => tag.Type == FlvTagType.Audio);

        ReadInTime(
        [
            .. tags.Where(tag => tag.Type != FlvTagType.Audio && tag.TimestampMs < late),
            new FlvTag(config.Type, late, config.Body),
            .. tags.Where(tag => tag.TimestampMs >= late),
        ]);

        // Silence keeps up with the pictures: a player waits for neither.
        Assert.All(_recording.Lags, lag => Assert.InRange(lag, -0.1, discontinuities == 0 ? 0.1 : 1.1));
        Assert.All(_recording.Lags.Take(140), lag => Assert.InRange(lag, -0.1, 0.1));
        Assert.Equal(discontinuities, _recording.Boundaries[^1].DiscontinuitySequence);
        Assert.Equal((rate, channels), ((int)_segmenter.AudioConfiguration!.Timescale, _segmenter.AudioConfiguration.Channels));
        Assert.InRange(_recording.SoundLengths.Count(length => length > 20), rate / 1024.0 * 2.9, rate / 1024.0 * 5.1);
        Assert.Equal(0, _recording.SoundHoles);
    }

    [Fact]
    public async Task AudioAlone_AfterPicturesInTheBroadcast_HasABlackPicture()
    {
        var tags = (await TagsAsync(seconds: 4)).ToList();
        ReadInTime(tags);
        _segmenter.EndPublication();
        var (pictures, sounds) = (_recording.Pictures, _recording.Sounds);

        var second = new SourceReader(_segmenter, _time);
        ReadInTime(tags.Where(tag => tag.Type == FlvTagType.Audio), second);

        Assert.Null(second.Video);
        Assert.NotNull(second.Audio);
        Assert.InRange(_recording.Pictures - pictures, 118, 122);
        Assert.InRange(_recording.Sounds - sounds, 185, 189);
        Assert.Equal((320, 180), (_segmenter.VideoConfiguration!.Width, _segmenter.VideoConfiguration.Height));
        Assert.True(_recording.Boundaries[^1].SourceIndependent);
        Assert.Equal([0, 0, 1, 1, 1], _recording.Boundaries.Select(boundary => boundary.DiscontinuitySequence));

        // A camera that is switched on later takes its place.
        ReadInTime(tags.Where(tag => tag.Type != FlvTagType.Script).Select(tag => new FlvTag(tag.Type, tag.TimestampMs + 4000, tag.Body)), second);
        Assert.StartsWith("avc1.64", _segmenter.VideoConfiguration.Codec, StringComparison.Ordinal);
        Assert.Equal(2, _recording.Boundaries[^1].DiscontinuitySequence);
        Assert.NotNull(second.Video);
    }

    [Fact]
    public async Task AudioAlone_FromTheBeginning_HasNoPicture()
    {
        ReadInTime((await TagsAsync(seconds: 4)).Where(tag => tag.Type == FlvTagType.Audio));

        Assert.Null(_segmenter.VideoConfiguration);
        Assert.Equal(0, _recording.Pictures);
    }

    [Fact]
    public async Task PicturesAlone_AfterAudioInTheBroadcast_HaveSilenceAtTheirPace()
    {
        var tags = (await TagsAsync(seconds: 4)).ToList();
        ReadInTime(tags);
        _segmenter.EndPublication();
        var sounds = _recording.Sounds;

        ReadInTime(tags.Where(tag => tag.Type == FlvTagType.Video), new SourceReader(_segmenter, _time));

        Assert.InRange(_recording.Sounds - sounds, 186, 188);
        Assert.All(_recording.SoundLengths.Skip(sounds), length => Assert.InRange(length, 1, 20));
        Assert.Equal(0, _recording.Boundaries[^1].DiscontinuitySequence - _recording.Boundaries[2].DiscontinuitySequence);
    }

    [Theory]
    [InlineData("open-gop=1:bframes=3:b-adapt=0:keyint=20:min-keyint=20:scenecut=0")]
    [InlineData("intra-refresh=1:keyint=20:scenecut=0:bframes=0")]
    public async Task PublisherWithoutAnyIdrPicture_BeginsAtARecoveryPoint(string options)
    {
        var tags = (await TagsAsync(seconds: 4, videoOptions: $"-x264-params {options}")).ToList();
        var first = tags.First(tag => tag.Type == FlvTagType.Video && tag.Body.Span[1] == 1);

        // A relay that was joined after the first picture.
        ReadInTime(tags.Where(tag => tag.TimestampMs > first.TimestampMs || tag.Body.Span[1] == 0 || tag.Type == FlvTagType.Script));

        Assert.InRange(_recording.Pictures, 95, 101);
        Assert.False(_recording.Boundaries[0].SourceIndependent);
        Assert.Equal(0, _recording.EarliestPresentation);
        Assert.NotNull(_reader.RecoveryFrames);
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
    private void ReadInTime(IEnumerable<FlvTag> tags, SourceReader? reader = null)
    {
        uint? before = null;
        foreach (var tag in tags)
        {
            _time.Advance(TimeSpan.FromMilliseconds(tag.TimestampMs - (before ?? tag.TimestampMs)));
            before = tag.TimestampMs;
            (reader ?? _reader).Read(tag);
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
        public Segmenter? Segmenter { get; set; }

        public int Pictures { get; private set; }

        public int Sounds { get; private set; }

        public List<int> SoundLengths { get; } = [];

        public List<SegmentBoundary> Boundaries { get; } = [];

        /// <summary>For each picture, by how many seconds the audio has not come as far.</summary>
        public List<double> Lags { get; } = [];

        /// <summary>Places where more than a frame of audio is missing.</summary>
        public int SoundHoles { get; private set; }

        public long EarliestPresentation { get; private set; } = long.MaxValue;

        private double _soundEnd;

        public override void BeginSegment(SegmentBoundary boundary) => Boundaries.Add(boundary);

        public override void BeginAudioSegment(SegmentBoundary boundary, long decodeTime)
        {
        }

        public override void Video(in Sample sample, long duration)
        {
            if (Pictures++ > 0)
            {
                Lags.Add((sample.DecodeTime / 90_000.0) - _soundEnd);
            }

            EarliestPresentation = Math.Min(EarliestPresentation, sample.PresentationTime);
        }

        public override void Audio(in Sample sample, long duration)
        {
            var rate = (double)Segmenter!.AudioConfiguration!.Timescale;
            SoundHoles += Sounds > 0 && (sample.DecodeTime / rate) - _soundEnd > duration / rate ? 1 : 0;
            _soundEnd = (sample.DecodeTime + duration) / rate;
            Sounds++;
            SoundLengths.Add(sample.Data.Length);
        }

        public override void EndSegment(long videoEnd, long audioEnd)
        {
        }
    }
}
