using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Isobmff;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>A rung is cut where the source was, whatever comes out of the encoder.</summary>
public sealed class RungSegmenterTests
{
    private readonly SourcePlaces _source = new();
    private readonly List<PackagedMedia> _made = [];
    private readonly RungSegmenter _rung;
    private long _next;

    public RungSegmenterTests() => _rung = new RungSegmenter(
        _source, default(RunClock), new CmafPackager(TestFrames.VideoTrack, TimeSpan.FromMilliseconds(334), _made.Add));

    private IEnumerable<PackagedMedia.SegmentEnded> Segments => _made.OfType<PackagedMedia.SegmentEnded>();

    [Fact]
    public void Segments_LastAsLongAsTheSources()
    {
        Source(0, 0, [.. Enumerable.Repeat(3600L, 49), 3690]);
        Source(1, 180_000, [3510, .. Enumerable.Repeat(3600L, 49)]);
        Pictures(0, 3960, 40);
        End();

        Assert.Equal([(0L, 180_090L), (180_090L, 179_910L)], Segments.Select(s => (s.SegmentDecodeTime, s.Duration)));
        Assert.Equal(180_090, Parts(0).Sum(made => made.Part.Duration));
        Assert.Equal(179_910, Parts(1).Sum(made => made.Part.Duration));
    }

    [Fact]
    public void Part_IsReadyWithItsLastPicture()
    {
        Source(0, 0, Enumerable.Repeat(3600L, 8));
        Pictures(0, 240, 40);
        Assert.Empty(_made);

        Picture(280);

        Assert.Equal(28_800, Assert.Single(Parts(0)).Part.Duration);
    }

    [Fact]
    public void PicturesBeforeTheFirstSegment_AreDropped()
    {
        Places(Enumerable.Repeat(3600L, 50));
        Source(5, 180_000, Enumerable.Repeat(3600L, 50));
        Pictures(0, 3960, 40);
        End();

        Assert.Equal(5, Assert.Single(Segments).Boundary.MediaSequence);
        Assert.Equal(180_000, Parts(5).First().Part.DecodeTime);
        Assert.Equal(180_000, Parts(5).Sum(made => made.Part.Duration));
    }

    [Fact]
    public void Complete_WithoutTheEnd_LeavesTheLastSegmentOpen()
    {
        Source(0, 0, Enumerable.Repeat(3600L, 50));
        Source(1, 180_000, Enumerable.Repeat(3600L, 25));
        Pictures(0, 2960, 40);
        _rung.Complete();

        Assert.Equal(0, Assert.Single(Segments).Boundary.MediaSequence);
    }

    [Theory]
    [InlineData(10, 3600, 3600, 28_800)] // Pictures are missing before the end: the last one is not shown in their place.
    [InlineData(8, 3600, 3600, 28_800)]
    [InlineData(8, 3600, 4800, 30_000)]
    [InlineData(8, 3000, 3000, 24_000)] // The last picture is shown after the source's last was decoded.
    public void Complete_PublisherWasCutOff_LastSegmentIsItsParts(int pictures, long duration, long last, long end)
    {
        Source(0, 0, [.. Enumerable.Repeat(duration, pictures - 1), last]);
        Pictures(0, 280, 40);
        End();

        Assert.Equal(end, Assert.Single(Segments).Duration);
        Assert.Equal(end, Parts(0).Sum(made => made.Part.Duration));
        Assert.Single(Parts(0));
    }

    [Fact]
    public void SegmentWithoutAPicture_IsEmpty()
    {
        Source(0, 0, Enumerable.Repeat(3600L, 50));
        Source(1, 180_000, []);
        _next = 360_000;
        Source(2, 360_000, Enumerable.Repeat(3600L, 25));
        Pictures(0, 1960, 40);
        Pictures(4000, 4960, 40);
        End();

        Assert.Equal([180_000, 180_000, 90_000], Segments.Select(segment => segment.Duration));
        Assert.Empty(Parts(1));
    }

    [Fact]
    public void PictureThatDidNotComeOut_LeavesTheNextSegmentInItsPlace()
    {
        Source(0, 0, Enumerable.Repeat(3600L, 50));
        Source(1, 180_000, Enumerable.Repeat(3600L, 50));
        Pictures(0, 960, 40);
        Pictures(1040, 3960, 40);
        End();

        Assert.Equal([180_000, 180_000], Segments.Select(segment => segment.Duration));
        Assert.Equal(180_000, Parts(1).First().Part.DecodeTime);
    }

    [Fact]
    public void PictureShownAfterTheNextSegmentIsDecoded_DoesNotStopTheRung()
    {
        // The source lost the B-frames before an IDR picture, so that one was decoded before the last P-frame was shown.
        Source(0, 0, [1800, 1800]);
        Source(1, 10_800, [3600]);
        Picture(0, true);
        Picture(80);
        Picture(120, true);
        End();

        Assert.Equal([0L, 1], Segments.Select(segment => segment.Boundary.MediaSequence));
        Assert.Equal(3600, Parts(1).First().Part.DecodeTime);
    }

    [Fact]
    public void MorePicturesThanTheSourceHadInTheSegment_AreDecodedInOrder()
    {
        // On a grid the source is cut by decode time, a rung by the time at which pictures are shown.
        Source(0, 0, [3600, 3600]);
        Source(1, 14_400, [3600, 3600]);
        foreach (var ms in (int[])[0, 40, 80, 120, 160])
        {
            Picture(ms, ms is 0 or 160);
        }

        End();

        var part = Assert.Single(Parts(0));
        Assert.Equal((0, 7200), (part.Part.DecodeTime, part.Part.Duration));
        Assert.Equal(7200, Parts(1).First().Part.DecodeTime);
    }

    [Fact]
    public void FarMorePicturesThanTheSourceHadInTheSegment_DoNotStopTheRung()
    {
        Source(0, 0, [3600, 3600]);
        Source(1, 80_000, [3600]);
        Pictures(0, 840, 40);
        Picture(900, true);
        End();

        Assert.Equal(22, Parts(0).Sum(made => BoxReader.ReadSamples(made.Data.Memory).Count));
        Assert.Equal(7200, Parts(1).First().Part.DecodeTime);
    }

    [Fact]
    public void Pictures_MissingFromALastSegment_ItLastsAsLongAsTheSources()
    {
        Source(0, 0, Enumerable.Repeat(3600L, 50));
        Source(1, 180_000, []);
        Pictures(0, 1960, 40);
        _next = 270_000;
        End();

        Assert.Equal([180_000L, 90_000L], Segments.Select(segment => segment.Duration));
        Assert.Empty(Parts(1));
    }

    [Fact]
    public void Picture_LateInTheSource_LastsAsLongAsTheSegmentThatItIsShownIn()
    {
        Source(0, 0, Enumerable.Repeat(3600L, 50));
        Source(1, 180_000, []);
        _next = 360_000;
        Source(2, 360_000, Enumerable.Repeat(3600L, 51));
        Pictures(0, 1960, 40);
        Picture(3_000);
        Pictures(4_000, 5_960, 40);
        End();

        Assert.Equal([180_000L, 180_000L, 183_600L], Segments.Select(segment => segment.Duration));
        var sample = Assert.Single(Parts(1).SelectMany(made => BoxReader.ReadSamples(made.Data.Memory)));
        Assert.Equal((180_000L, 180_000L, 270_000L), (sample.DecodeTime, sample.Duration, sample.DecodeTime + sample.CompositionOffset));
    }

    private IEnumerable<PackagedMedia.PartMade> Parts(long sequence) =>
        _made.OfType<PackagedMedia.PartMade>().Where(made => made.Boundary.MediaSequence == sequence);

    private void Pictures(int fromMs, int untilMs, int stepMs)
    {
        for (var ms = fromMs; ms <= untilMs; ms += stepMs)
        {
            Picture(ms, ms % 2000 == 0);
        }
    }

    private void Picture(int ms, bool isSync = false) => _rung.Add(
        TestFrames.Picture(RunClock.OffsetMs + ms, isSync), new FlvTag(FlvTagType.Video, 0, new byte[] { 1 }));

    /// <summary>A segment of the source: where it is shown, and how long each of its pictures lasts.</summary>
    private void Source(long sequence, long presentationTime, IEnumerable<long> durations)
    {
        var boundary = new SegmentBoundary
        {
            MediaSequence = sequence,
            DecodeTime = _next,
            PresentationTime = presentationTime,
            ProgramDateTime = default,
            DiscontinuitySequence = 0,
            Period = 0,
            SourceIndependent = true,
        };
        _source.Add(new SegmentMark(boundary, _next, presentationTime));
        Places(durations);
    }

    private void Places(IEnumerable<long> durations)
    {
        foreach (var duration in durations)
        {
            _source.Add(new SamplePlace(_next, duration));
            _next += duration;
        }
    }

    private void End()
    {
        _source.Add(new SegmentMark(null, _next, long.MaxValue));
        _rung.Complete();
    }
}
