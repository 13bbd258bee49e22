using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Timelines;
using static Streaming.Pipeline.Tests.Timelines.TestFrames;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Whatever a publisher's clock does, the timeline goes on from where it is.</summary>
public sealed class FrameClockProperties
{
    private const int Runs = 10_000;

    // Steps as good encoders make them, and those of bad ones.
    private static readonly Gen<int> Step = Gen.Frequency(
        (20, Gen.Choose(10, 60)),
        (2, Gen.Choose(-600, 600)),
        (1, Gen.Choose(-20_000, 20_000)),
        (1, Gen.Choose(int.MinValue, int.MaxValue)));

    private static readonly Gen<(bool IsVideo, int Step)[]> Clocks =
        Gen.Zip(Gen.Elements(true, false), Step).Select(pair => (pair.Item1, pair.Item2)).ArrayOf(80);

    [Fact]
    public void OneTrack_AnySteps_TimelineNeverStepsFurtherThanDocumented() => Check(Step.ArrayOf(80), steps =>
    {
        var clock = new FrameClock();
        uint raw = 123_456;
        clock.Join(Picture(raw, isSync: true), 0);
        var last = 0L;
        foreach (var step in steps)
        {
            raw = unchecked(raw + (uint)step);
            var mapped = clock.Map(Picture(raw));

            // Late frames may have taken it behind the other track, which stands at 0: it may come back to where that is, as after
            // a pause.
            Assert.InRange(mapped, last - FrameClock.JumpForwardMs, Math.Max(last, 0) + FrameClock.JumpForwardMs);
            last = mapped;
        }
    });

    [Fact]
    public void OneTrack_GoodSteps_AreKept() => Check(Gen.Choose(0, FrameClock.JumpForwardMs).ArrayOf(50), steps =>
    {
        var clock = new FrameClock();
        var raw = uint.MaxValue - 50_000;
        clock.Join(Sound(raw), 77);
        var expected = 77L;
        foreach (var step in steps)
        {
            raw = unchecked(raw + (uint)step);
            expected += step;
            Assert.Equal(expected, clock.Map(Sound(raw)));
        }

        Assert.Equal(0, clock.Jumps);
    });

    [Fact]
    public void TwoTracks_OneClockThatJumps_StayTogether() => Check(Clocks, moves =>
    {
        // Both tracks read the same clock, so frames of the same reading belong together, before and after each jump.
        var clock = new FrameClock();
        uint raw = 1000;
        clock.Join(Picture(raw, isSync: true), 0);
        clock.Map(Sound(raw));
        foreach (var (videoFirst, step) in moves)
        {
            raw = unchecked(raw + (uint)step);
            var first = clock.Map(videoFirst ? Picture(raw) : Sound(raw));
            var second = clock.Map(videoFirst ? Sound(raw) : Picture(raw));
            Assert.Equal(first, second);
        }
    });

    private static void Check<T>(Gen<T> generator, Action<T> property) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(Arb.From(generator), value =>
            {
                property(value);
                return true;
            }));
}
