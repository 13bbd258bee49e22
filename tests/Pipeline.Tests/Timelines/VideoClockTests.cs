using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class VideoClockTests
{
    private const int TicksPerMs = MediaClock.TicksPerMs;

    public static TheoryData<double> Rates => [24, 24000 / 1001.0, 25, 30000 / 1001.0, 30, 50, 60000 / 1001.0, 60];

    [Theory]
    [MemberData(nameof(Rates))]
    public void FrameRate_OfMillisecondTimes_IsWithinHalfAPerMille(double fps)
    {
        var clock = new VideoClock();
        for (var index = 0; index < 1000; index++)
        {
            clock.Place((long)Math.Round(index * 1000 / fps) * TicksPerMs);
            if (index >= 250)
            {
                Assert.InRange(clock.FrameRate / fps, 1 - 0.0005, 1 + 0.0005);
            }
        }
    }

    [Fact]
    public void FrameRate_BeforeTheSecondPicture_IsUnknown()
    {
        var clock = new VideoClock();
        Assert.Equal(0, clock.FrameRate);
        clock.Place(0);
        Assert.Equal(0, clock.FrameRate);
        clock.Place(3600);
        Assert.Equal(25, clock.FrameRate);
    }

    [Theory]
    [InlineData(1L << 31)]
    [InlineData(1L << 32)]
    public void Place_PastAsManyPicturesAs32BitsCount_GoesOn(long pictures)
    {
        var clock = new VideoClock(pictures - 600);
        for (var index = 0; index < 1200; index++)
        {
            clock.Place(index * 3600L);
            if (index >= 256)
            {
                Assert.Equal(25, clock.FrameRate, 0.001);
            }
        }
    }

    [Fact]
    public void FrameRate_SameTimeAgainAndAgain_IsUnknown()
    {
        var clock = new VideoClock();
        clock.Place(0);
        clock.Place(0);
        Assert.Equal(0, clock.FrameRate);
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void DecodeTimes_OfConstantRate_StayWithinTwoMsOfTheClock(double fps)
    {
        var clock = new VideoClock();
        var end = 0L;
        for (var index = 0; index < 100_000; index++)
        {
            var time = (long)Math.Round(index * 1000 / fps) * TicksPerMs;
            var (decodeTime, duration) = clock.Place(time);
            Assert.Equal(end, decodeTime);
            Assert.True(duration > 0);

            // The first duration is a guess; after it only rounding is left.
            Assert.InRange(decodeTime - time, (index < 3 ? -30 : -2) * TicksPerMs, (index < 3 ? 30 : 2) * TicksPerMs);
            end = decodeTime + duration;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void DecodeTimes_AfterDroppedPictures_AreBackAfterOnePicture(int dropped)
    {
        var clock = new VideoClock();
        for (var index = 0; index < 100; index++)
        {
            clock.Place(index * 3000);
        }

        var after = (100 + dropped) * 3000L;
        var (decodeTime, duration) = clock.Place(after);

        Assert.Equal(300_000, decodeTime);
        Assert.InRange(decodeTime + duration, after + 2900, after + 6000);
        var (next, _) = clock.Place(after + 3000);
        Assert.InRange(next - after - 3000, -100, 3000);
    }

    [Fact]
    public void FrameDuration_RateFallsToOnePerSecond_IsLearned()
    {
        var clock = new VideoClock();
        for (var index = 0; index < 100; index++)
        {
            clock.Place(index * 3000);
        }

        (long DecodeTime, long Duration) last = default;
        for (var index = 1; index < 120; index++)
        {
            last = clock.Place(300_000 + (index * 90_000L));
        }

        Assert.InRange(last.Duration, 80_000, 100_000);
    }

    [Fact]
    public void SkipTo_LeavesAHoleButNeverGoesBack()
    {
        var clock = new VideoClock();
        clock.Place(0);
        clock.SkipTo(900_000);
        Assert.Equal(900_000, clock.Place(900_000).DecodeTime);
        clock.SkipTo(0);
        Assert.True(clock.Next > 900_000);
    }

    [Fact]
    public void DecodeTimes_AnyTimes_TileTheTimelineAndReachTheClock()
    {
        // Steps of variable frame rate, late pictures, standing still, pauses.
        var step = Gen.Frequency((10, Gen.Choose(1, 100)), (2, Gen.Constant(0)), (2, Gen.Choose(-500, 0)), (1, Gen.Choose(0, 10_000)));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(Arb.From(step.ArrayOf(200)), steps =>
            {
                var clock = new VideoClock();
                var (time, end) = (0L, 0L);
                foreach (var ms in steps)
                {
                    time = Math.Max(0, time + (ms * TicksPerMs));
                    var (decodeTime, duration) = clock.Place(time);
                    Assert.Equal(end == 0 ? time : end, decodeTime);
                    Assert.True(duration >= 1);
                    end = decodeTime + duration;
                    Assert.True(end > time, "A picture ended before it is to be shown.");
                    Assert.Equal(end, clock.Next);
                }

                return true;
            }));
    }
}
