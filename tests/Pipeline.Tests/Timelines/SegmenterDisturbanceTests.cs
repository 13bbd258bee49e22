using Streaming.Pipeline.Media;
using static Streaming.Pipeline.Tests.Timelines.TestFrames;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Publishers that stop, come back, change, or run at another speed than time.</summary>
public sealed class SegmenterDisturbanceTests
{
    private static readonly AudioConfiguration Audio48 = AudioTrack();

    private static readonly VideoConfiguration OtherVideo =
        VideoTrack with { Width = 640, Height = 360, DecoderConfiguration = new byte[] { 1, 2 } };

    private readonly SegmentedSource _source = new();

    [Fact]
    public void Reconnect_SameSettings_IsADiscontinuityOfTheDateAlone()
    {
        _source.Publish(AudioAndVideo(3_600_000, 5_000), VideoTrack, Audio48).Leave();
        _source.Time.Advance(TimeSpan.FromSeconds(20));
        _source.Publish(AudioAndVideo(0, 5_000), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4);
        Assert.Equal(6, _source.Segments.Count);
        Assert.Equal([0, 0, 0, 1, 1, 1], _source.Segments.Select(segment => segment.Boundary.DiscontinuitySequence));
        Assert.Equal([0, 0, 0, 1, 1, 1], _source.Segments.Select(segment => segment.Boundary.Period));
        var (before, after) = (_source.Segments[2], _source.Segments[3]);
        Assert.InRange((after.Boundary.DecodeTime - before.End!.Value) / 90_000.0, 0, 0.05);
        Assert.InRange((after.Boundary.ProgramDateTime - before.Boundary.ProgramDateTime).TotalSeconds, 20.9, 21.1);
        Assert.Equal(after.Boundary.PresentationTime, after.Video[0].PresentationTime);
        Assert.InRange((after.Audio[0].DecodeTime / 48_000.0) - (after.Boundary.DecodeTime / 90_000.0), 0, 0.05);
    }

    [Fact]
    public void Reconnect_OtherSettings_IsADiscontinuity()
    {
        _source.Publish(AudioAndVideo(0, 5_000), VideoTrack, Audio48).Leave();
        _source.Publish(
            Interleave(Pictures(25, 50, 0, 5000), Sounds(44_100, 0, 5000)), OtherVideo, AudioTrack(44_100, 1)).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal([0, 0, 0, 1, 1, 1], _source.Segments.Select(segment => segment.Boundary.DiscontinuitySequence));
        Assert.Equal(2, _source.Periods.Count);
        var first = _source.Segments[3];
        Assert.InRange((first.Audio[0].DecodeTime / 44_100.0) - (first.Boundary.DecodeTime / 90_000.0), 0, 0.05);
    }

    [Fact]
    public void Reconnect_InTheMiddleOfAGop_WaitsForItsIdrPicture()
    {
        _source.Publish(AudioAndVideo(0, 3_000), VideoTrack, Audio48).Leave();
        _source.Publish(AudioAndVideo(0, 5_000).Where(frame => frame.TimestampMs >= 1000), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.True(_source.Segments[2].Boundary.SourceIndependent);
        Assert.InRange((_source.Segments[2].Boundary.DecodeTime - _source.Segments[1].End!.Value) / 90_000.0, 0, 0.05);
    }

    [Fact]
    public void VideoConfiguration_Changed_IsADiscontinuityAtTheIdrPicture()
    {
        var frames = AudioAndVideo(0, 10_000).ToArray();
        _source.Publish(frames.TakeWhile(frame => frame.TimestampMs < 5_000), VideoTrack, Audio48);
        _source.Publish(frames.SkipWhile(frame => frame.TimestampMs < 5_000), OtherVideo, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal([0, 0, 0, 1, 1], _source.Segments.Select(segment => segment.Boundary.DiscontinuitySequence));
        Assert.True(_source.Segments[3].Video[0].IsSync);
        Assert.Equal(0, _source.AudioSamples.Zip(_source.AudioSamples.Skip(1)).Count(pair => pair.First.End > pair.Second.DecodeTime));
    }

    [Fact]
    public void VideoConfiguration_Repeated_IsNoDiscontinuity()
    {
        foreach (var frame in AudioAndVideo(0, 10_000))
        {
            _source.Publish([frame], frame.IsSync ? VideoTrack with { } : null, Audio48 with { });
        }

        _source.Leave();
        SegmentInvariants.AssertAll(_source);
        Assert.All(_source.Segments, segment => Assert.Equal(0, segment.Boundary.DiscontinuitySequence));
    }

    [Fact]
    public void AudioConfiguration_Changed_IsADiscontinuityAndPicturesGoOn()
    {
        var frames = Interleave(
            Pictures(25, 50, 0, 10_000), Sounds(48_000, 0, 5_000).Concat(Sounds(44_100, 5_000, 10_000))).ToArray();
        _source.Publish(frames.TakeWhile(frame => frame.TimestampMs < 5_000), VideoTrack, Audio48);
        _source.Publish(frames.SkipWhile(frame => frame.TimestampMs < 5_000), VideoTrack, AudioTrack(44_100)).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(1, _source.Segments[^1].Boundary.DiscontinuitySequence);
        Assert.Equal(250, _source.VideoSamples.Count());
        Assert.Equal(44_100u, _source.Segments[^1].AudioTimescale);
    }

    [Fact]
    public void AudioConfiguration_ChangedJustBeforeThePublisherLeaves_EndsTheAudioWhereItWas()
    {
        _source.Publish(AudioAndVideo(0, 5_000), VideoTrack, Audio48);
        _source.Configure(null, AudioTrack(44_100));
        _source.Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.InRange(_source.AudioEnds[^1], _source.AudioSamples.Last().End, 5 * 48_000 + 1024);
    }

    [Fact]
    public void VideoStops_AudioGoesOn_SegmentsGoOnWithAudioAlone()
    {
        var pictures = Pictures(25, 50, 0, 30_000).Where(picture => picture.TimestampMs is < 3000 or >= 20_000);

        _source.Publish(Interleave(pictures, Sounds(48_000, 0, 30_000)), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4.05);
        Assert.Contains(_source.Segments, segment => segment.Video.Count == 0 && segment.Audio.Count > 90);
        Assert.InRange(_source.AudioSamples.Count(), 1400, 1410);
        Assert.Equal(0, _source.Segmenter.Jumps);
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(5_000)]
    [InlineData(9_000)]
    public void VideoPauses_UntilAnIdrPicture_BoundariesMoveForwardWithinTheLimit(int pauseMs)
    {
        var pictures = Pictures(25, 50, 0, 3_000).Concat(Pictures(25, 50, 3_000 + pauseMs, 20_000));

        _source.Publish(Interleave(pictures, Sounds(48_000, 0, 20_000)), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4.5);
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(5_000)]
    [InlineData(9_000)]
    public void BothTracksPause_BoundariesMoveForwardWithinTheLimit(int pauseMs)
    {
        var frames = AudioAndVideo(0, 3_000).Concat(AudioAndVideo(3_000 + pauseMs, 12_000));

        _source.Publish(frames, VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4.5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.4)]
    public void SlowPictures_BesideAudio_Conform(double fps)
    {
        _source.Publish(
            Interleave(Pictures(fps, 5, 0, 30_000), Sounds(48_000, 0, 30_000)), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
    }

    [Fact]
    public void SlowerThanRealTime_PeriodIsAnchoredAnewOncePerSecondLost()
    {
        _source.Publish(AudioAndVideo(0, 120_000), VideoTrack, Audio48, wallPerMedia: 1 / 0.98).Leave();

        SegmentInvariants.AssertAll(_source);

        // 120 s of media take 122.4 s: two anchors more than the first.
        Assert.Equal(3, _source.Periods.Count);
        Assert.Equal(2, _source.Segments[^1].Boundary.DiscontinuitySequence);
    }

    [Fact]
    public void FasterThanRealTime_KeepsItsPeriod()
    {
        _source.Publish(AudioAndVideo(0, 60_000), VideoTrack, Audio48, wallPerMedia: 0.05).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Single(_source.Periods);
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    public void Jump_OfTheClock_IsJoinedWithoutATrace(long jump)
    {
        var frames = AudioAndVideo(7_200_000, 5_000).Concat(AudioAndVideo(7_205_000 + jump, 5_000));

        _source.Publish(frames, VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4);
        Assert.InRange(_source.Segments[^1].End!.Value / 90_000.0, 9.9, 10.1);
        Assert.InRange(_source.AudioSamples.Last().End / 48_000.0, 9.9, 10.1);
    }

    private static IEnumerable<Frame> AudioAndVideo(long fromMs, long lengthMs) =>
        Interleave(Pictures(25, 50, fromMs, fromMs + lengthMs), Sounds(48_000, fromMs, fromMs + lengthMs));
}
