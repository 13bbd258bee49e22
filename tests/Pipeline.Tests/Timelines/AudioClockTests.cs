using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class AudioClockTests
{
    private const int Frame = AudioConfiguration.SamplesPerFrame;

    [Theory]
    [InlineData(44100)]
    [InlineData(48000)]
    [InlineData(22050)]
    [InlineData(32000)]
    public void FourHours_MillisecondRounding_NeverOpensAGap(uint rate)
    {
        var clock = new AudioClock(rate, 0);
        var frames = 4L * 3600 * rate / Frame;
        for (var index = 0L; index < frames; index++)
        {
            var exact = index * Frame * 1000.0 / rate;
            Assert.Equal(0, clock.MissingBefore((long)(index % 2 == 0 ? Math.Floor(exact) : Math.Ceiling(exact))));
            Assert.Equal(index * Frame, clock.Take());
        }

        Assert.Equal(0, clock.Corrections);
    }

    [Theory]
    [InlineData(1.0005)]
    [InlineData(0.9995)]
    [InlineData(1.002)]
    [InlineData(0.998)]
    public void Drift_OfTheSendersClock_IsCorrectedBeforeItIsHeard(double speed)
    {
        var clock = new AudioClock(48_000, 0);
        for (var index = 0; index < 60_000; index++)
        {
            var ms = (long)Math.Round(index * Frame * 1000.0 * speed / 48_000);
            var missing = clock.MissingBefore(ms);
            for (; missing > 0; missing--)
            {
                clock.Take();
            }

            var distance = (ms * 48L) - clock.Next;
            Assert.InRange(distance, -(AudioClock.DriftFramesMax + 1) * Frame, (AudioClock.DriftFramesMax + 1) * Frame);
            if (missing == 0)
            {
                clock.Take();
            }
        }

        Assert.InRange(clock.Corrections, 1, 200);
    }

    [Fact]
    public void Jitter_WithoutDrift_ProvokesNoCorrection()
    {
        var clock = new AudioClock(48_000, 0);
        var random = new Random(1);
        for (var index = 0L; index < 20_000; index++)
        {
            var ms = (long)(index * Frame / 48.0) + random.Next(-60, 61);
            Assert.Equal(0, clock.MissingBefore(ms));
            clock.Take();
        }
    }

    [Theory]
    [InlineData(250, 11)]
    [InlineData(1000, 46)]
    public void Pause_BeyondAStep_IsAsManyMissingFrames(int pauseMs, int frames)
    {
        var clock = new AudioClock(48_000, 0);
        Assert.Equal(0, clock.MissingBefore(0));
        clock.Take();

        Assert.InRange(clock.MissingBefore(21 + pauseMs), frames, frames + 1);
        Assert.Equal(1, clock.Corrections);
    }

    [Fact]
    public void Ahead_BeyondAStep_DropsUntilTheClockIsReached()
    {
        var clock = new AudioClock(48_000, 0);
        for (var index = 0; index < 100; index++)
        {
            clock.MissingBefore(index * Frame / 48);
            clock.Take();
        }

        // The clock steps back by 400 ms: 18 or 19 frames come a second time.
        var dropped = 0;
        var ms = (100 * Frame / 48) - 400;
        while (clock.MissingBefore(ms + (int)(dropped * Frame / 48.0)) < 0)
        {
            dropped++;
        }

        Assert.InRange(dropped, 17, 19);
        Assert.Equal(100 * Frame, clock.Take());
        Assert.Equal(1, clock.Corrections);
    }

    [Fact]
    public void SkipTo_LeavesAHoleButNeverGoesBack()
    {
        var clock = new AudioClock(48_000, 0);
        clock.SkipTo(5000);
        Assert.Equal(5000, clock.Take());
        clock.SkipTo(0);
        Assert.Equal(5000 + Frame, clock.Next);
    }
}
