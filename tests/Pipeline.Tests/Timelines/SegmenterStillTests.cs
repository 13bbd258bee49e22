using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Pictures stay away for seconds while sound goes on: screen casts and slides of a real encoder.</summary>
public sealed class SegmenterStillTests
{
    private readonly SegmentedSource _source = new();

    [Theory]
    [InlineData(30, 60, 2_000, 8_000)]
    [InlineData(30, 60, 3_500, 16_300)] // In the middle of a group of pictures.
    [InlineData(10, 20, 2_000, 12_000)]
    public async Task ScreenCast_ThatStandsStill_ShowsItsLastPictureOn(int fps, int gop, uint fromMs, uint untilMs)
    {
        await PublishAsync(fps, gop, frame => frame.TimestampMs < fromMs || frame.TimestampMs >= untilMs);

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4);
        Assert.All(_source.Segments, segment => Assert.NotEmpty(segment.Video));
        Assert.All(_source.Segments, segment => Assert.NotEmpty(segment.Audio));
        Assert.InRange(Longest(_source.VideoSamples), 0, 0.3);

        // The pictures that come again are shown in their own time.
        Assert.Contains(_source.VideoSamples, sample => Math.Abs(Shown(sample) - (untilMs / 1000.0)) < 0.002);
    }

    [Fact]
    public async Task Slides_ThatAreIdrPictures_AreKeyFramesOfEverySegment()
    {
        await PublishAsync(fps: 30, gop: 60, frame => frame.TimestampMs % 6_000 == 0);

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4);
        Assert.All(_source.Segments, segment => Assert.True(segment.Boundary.SourceIndependent));
        Assert.All(_source.Segments, segment => Assert.True(segment.Video[0].IsSync));
        Assert.False(_source.Segmenter.IsOnGrid);
    }

    [Fact]
    public async Task Segments_WhilePicturesStayAway_AreAsEvenAsBefore()
    {
        await PublishAsync(fps: 30, gop: 60, frame => frame.TimestampMs is < 6_000 or >= 14_000);

        Assert.Single(_source.Periods);
        Assert.All(_source.Segments.SkipLast(1), segment => Assert.InRange(segment.Seconds, 1.5, 2.6));
        Assert.False(_source.Segmenter.IsOnGrid);
    }

    private static double Shown(PlacedSample sample) => sample.PresentationTime / (double)MediaClock.TicksPerSecond;

    private static double Longest(IEnumerable<PlacedSample> samples) =>
        samples.Max(sample => sample.Duration) / (double)MediaClock.TicksPerSecond;

    /// <summary>Publishes 20 s of an encoder's stream, pictures that are not <paramref name="isSent"/> left out.</summary>
    private async Task PublishAsync(int fps, int gop, Func<Frame, bool> isSent)
    {
        var path = await TestMedia.MakeAsync(
            "flv",
            $"-f lavfi -i testsrc2=size=320x180:rate={fps} -f lavfi -i sine=sample_rate=48000 -t 20 -c:v libx264 -preset ultrafast "
                + $"-pix_fmt yuv420p -g {gop} -sc_threshold 0 -c:a aac -ac 2");
        var demuxer = new FlvDemuxer();
        var frames = new List<Frame>();
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame) && (frame.Track == TrackKind.Audio || isSent(frame)))
            {
                frames.Add(frame with { Data = frame.Data.ToArray() });
            }

            tag.Release();
        }

        _source.Publish(frames, demuxer.Video, demuxer.Audio).Leave();
    }
}
