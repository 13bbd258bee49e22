using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using static Streaming.Pipeline.Tests.Timelines.TestFrames;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Media's wall-clock time is when it arrives if nothing holds it up.</summary>
public sealed class WallClockTests
{
    // A picture at 25 fps, and what a lead may have grown by without being counted.
    private static readonly TimeSpan Exactness = TimeSpan.FromMilliseconds(50);

    private readonly SegmentedSource _source = new();
    private readonly AudioConfiguration _audio = AudioTrack();

    [Fact]
    public void Start_HeldUp_IsWhenItWouldHaveBeen()
    {
        _source.Segmenter.BeginPublication(TimeSpan.FromMilliseconds(700));
        var arrived = _source.Time.GetUtcNow();
        Publish(0, 4_000);
        _source.Leave();

        Assert.Equal(arrived.AddMilliseconds(-700), Assert.Single(_source.Periods).ProgramDateTime);
    }

    [Fact]
    public void Start_PiledUpPicturesFirst_IsCorrectedAtTheNextSegment()
    {
        var arrived = _source.Time.GetUtcNow();
        Publish(0, 800, wallPerMedia: 0);
        Publish(800, 20_000);
        _source.Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(2, _source.Periods.Count);
        Assert.Equal(1, _source.Segments.First(segment => segment.Boundary.Period == 1).Boundary.MediaSequence);

        // What came at once was 800 ms late at its beginning, so its first picture was there 800 ms before it arrived.
        Assert.Equal(arrived.AddMilliseconds(-800), _source.Periods[1].At(0), Exactness);
    }

    [Fact]
    public void Network_StandsStillOverASegmentsBeginning_KeepsItsTime()
    {
        Publish(0, 9_950);
        _source.Time.Advance(TimeSpan.FromSeconds(3));
        Publish(9_950, 12_950, wallPerMedia: 0);
        Publish(12_950, 30_000);
        _source.Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Single(_source.Segments.DistinctBy(segment => segment.Boundary.DiscontinuitySequence));
    }

    [Fact]
    public void Publisher_StandsStillAndItsClockWithIt_IsAnchoredAnewOnce()
    {
        Publish(0, 9_950);
        _source.Time.Advance(TimeSpan.FromSeconds(3));
        Publish(9_950, 30_000);
        _source.Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(2, _source.Periods.Count);
        Assert.Equal(_source.Periods[0].At(0).AddSeconds(3), _source.Periods[1].At(0), Exactness);

        // It takes a second to be sure of it.
        Assert.InRange(_source.Periods[1].DecodeTime / 90_000.0, 10.9, 12.1);
    }

    [Theory]
    [InlineData(2_000, false)]
    [InlineData(6_000, false)]
    [InlineData(15_000, false)]
    [InlineData(2_000, true)]
    [InlineData(6_000, true)]
    [InlineData(15_000, true)]
    public void Pictures_StandStill_TheDateStaysTrue(int pauseMs, bool hasSound)
    {
        var begin = _source.Time.GetUtcNow();
        var until = 8_000 + (uint)(2 * pauseMs);
        var pictures = Pictures(30, 60, 0, until).Where(picture =>
            picture.TimestampMs < 2_500 || (picture.TimestampMs >= 2_500 + pauseMs && picture.TimestampMs < 5_000 + pauseMs)
            || picture.TimestampMs >= 5_000 + (2 * pauseMs));

        _source.Publish(Interleave(pictures, hasSound ? Sounds(48_000, 0, until) : []), VideoTrack, hasSound ? _audio : null).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(0, _source.Segmenter.Jumps);
        Assert.All(_source.Segments, segment => Assert.Equal(
            begin.AddMilliseconds(segment.Boundary.DecodeTime / 90.0), segment.Boundary.ProgramDateTime, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void EncodersClock_ALittleFast_IsFollowedInSteps()
    {
        Publish(0, 600_000, wallPerMedia: 0.999);
        _source.Leave();

        SegmentInvariants.AssertAll(_source);

        // 600 ms in 600 s.
        Assert.Equal(3, _source.Periods.Count);
        var end = _source.Periods[^1].At(600_000 * MediaClock.TicksPerMs);
        Assert.InRange(end - _source.Time.GetUtcNow(), -Exactness, WallClock.LeadMax + Exactness);
    }

    // Key frames every 2 s of the whole, wherever it is taken from.
    private void Publish(uint fromMs, uint untilMs, double wallPerMedia = 1) => _source.Publish(
        Interleave(Pictures(25, 50, 0, untilMs), Sounds(48_000, 0, untilMs))
            .Where(frame => frame.TimestampMs >= fromMs),
        VideoTrack, _audio, wallPerMedia);
}
