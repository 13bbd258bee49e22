using System.Collections.Concurrent;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>A rung is cut where the source was, whatever comes out of the encoder.</summary>
public sealed class RungSegmenterTests
{
    private readonly ConcurrentQueue<SegmentMark> _marks = new();
    private readonly List<PackagedMedia> _made = [];
    private readonly RungSegmenter _rung;

    public RungSegmenterTests() => _rung = new RungSegmenter(
        _marks, new CmafPackager(TestFrames.VideoTrack, TimeSpan.FromMilliseconds(334), _made.Add));

    private IEnumerable<PackagedMedia.SegmentEnded> Segments => _made.OfType<PackagedMedia.SegmentEnded>();

    [Fact]
    public void Segments_LastAsLongAsTheSources()
    {
        Mark(0, 0, 0);
        Mark(1, 180_090, 180_000);
        Pictures(0, 3960, 40);
        _marks.Enqueue(new SegmentMark(null, 360_000, long.MaxValue));
        _rung.Complete();

        Assert.Equal([(0L, 180_090L), (180_090L, 179_910L)], Segments.Select(s => (s.SegmentDecodeTime, s.Duration)));
        Assert.Equal(180_090, Parts(0).Sum(made => made.Part.Duration));
        Assert.Equal(179_910, Parts(1).Sum(made => made.Part.Duration));
    }

    [Fact]
    public void PicturesBeforeTheFirstSegment_AreDropped()
    {
        Mark(5, 180_000, 180_000);
        Pictures(0, 3960, 40);
        _marks.Enqueue(new SegmentMark(null, 360_000, long.MaxValue));
        _rung.Complete();

        Assert.Equal(5, Assert.Single(Segments).Boundary.MediaSequence);
        Assert.Equal(180_000, Parts(5).First().Part.DecodeTime);
    }

    [Fact]
    public void Complete_WithoutTheEnd_LeavesTheLastSegmentOpen()
    {
        Mark(0, 0, 0);
        Mark(1, 180_000, 180_000);
        Pictures(0, 3000, 40);
        _rung.Complete();

        Assert.Equal(0, Assert.Single(Segments).Boundary.MediaSequence);
    }

    [Theory]
    [InlineData(36_000, 28_800)] // Pictures are missing before the end: the last one is not shown in their place.
    [InlineData(30_000, 30_000)]
    [InlineData(24_000, 25_201)] // The last picture is shown after the source's last was decoded.
    public void Complete_PublisherWasCutOff_LastSegmentIsItsParts(long sourceEnd, long end)
    {
        Mark(0, 0, 0);
        Pictures(0, 280, 40);
        _marks.Enqueue(new SegmentMark(null, sourceEnd, long.MaxValue));
        _rung.Complete();

        Assert.Equal(end, Assert.Single(Segments).Duration);
        Assert.Equal(end, Parts(0).Sum(made => made.Part.Duration));
        Assert.Single(Parts(0));
    }

    [Fact]
    public void SegmentWithoutAPicture_IsEmpty()
    {
        Mark(0, 0, 0);
        Mark(1, 180_000, 180_000);
        Mark(2, 360_000, 360_000);
        Pictures(0, 1960, 40);
        Pictures(4000, 4960, 40);
        _marks.Enqueue(new SegmentMark(null, 450_000, long.MaxValue));
        _rung.Complete();

        Assert.Equal([180_000, 180_000, 90_000], Segments.Select(segment => segment.Duration));
        Assert.Empty(Parts(1));
    }

    [Fact]
    public void PictureShownAfterTheNextSegmentIsDecoded_DoesNotStopTheRung()
    {
        // The source lost the B-frames before an IDR picture, so that one was decoded before the last P-frame was shown.
        Mark(0, 0, 0);
        Mark(1, 3600, 10_800);
        Picture(0, true);
        Picture(80);
        Picture(120, true);
        _marks.Enqueue(new SegmentMark(null, 14_400, long.MaxValue));
        _rung.Complete();

        Assert.Equal([0L, 1], Segments.Select(segment => segment.Boundary.MediaSequence));
        Assert.Equal(3600, Parts(1).First().Part.DecodeTime);
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
        TestFrames.Picture(TranscodeFeed.OffsetMs + ms, isSync), new FlvTag(FlvTagType.Video, 0, new byte[] { 1 }));

    private void Mark(long sequence, long decodeTime, long presentationTime) => _marks.Enqueue(new SegmentMark(
        new SegmentBoundary
        {
            MediaSequence = sequence,
            DecodeTime = decodeTime,
            PresentationTime = presentationTime,
            ProgramDateTime = default,
            DiscontinuitySequence = 0,
            Period = 0,
            SourceIndependent = true,
        },
        decodeTime,
        presentationTime));
}
