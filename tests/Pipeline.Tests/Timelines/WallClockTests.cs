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
    public void Network_StandsStillOverASegmentsBeginning_ComesBackToItsTime()
    {
        Publish(0, 9_950);
        _source.Time.Advance(TimeSpan.FromSeconds(1.5));
        Publish(9_950, 11_450, wallPerMedia: 0);
        Publish(11_450, 30_000);
        _source.Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(3, _source.Periods.Count);
        Assert.Equal(
            _source.Periods[0].At(0).AddSeconds(1.5), _source.Periods[1].At(0), TimeSpan.FromMilliseconds(150));
        Assert.Equal(_source.Periods[0].At(0), _source.Periods[2].At(0), Exactness);
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
