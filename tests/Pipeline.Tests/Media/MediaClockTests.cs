using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Media;

public sealed class MediaClockTests
{
    [Theory]
    [InlineData(0, 90_000, 48_000, 0)]
    [InlineData(90_000, 90_000, 48_000, 48_000)]
    [InlineData(1, 90_000, 48_000, 0)]
    [InlineData(-1, 90_000, 48_000, -1)]
    [InlineData(-90_000, 90_000, 44_100, -44_100)]
    [InlineData(1, 1000, 44_100, 44)]
    [InlineData(long.MaxValue, 90_000, 90_000, long.MaxValue)]
    public void Rescale_RoundsDown(long time, uint from, uint to, long expected) =>
        Assert.Equal(expected, MediaClock.Rescale(time, from, to));

    [Theory]
    [InlineData(1, 90_000, 48_000, 1)]
    [InlineData(-1, 90_000, 48_000, 0)]
    [InlineData(90_000, 90_000, 48_000, 48_000)]
    public void RescaleUp_RoundsUp(long time, uint from, uint to, long expected) =>
        Assert.Equal(expected, MediaClock.RescaleUp(time, from, to));

    [Fact]
    public void Rescale_AnyTime_IsTheFloorAndUpAtMostOneMore() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(
            Arb.From(Gen.Zip(Gen.Choose(int.MinValue, int.MaxValue), Gen.Choose(0, 1 << 20))
                .Select(pair => ((long)pair.Item1 * 1000) + pair.Item2)),
            Arb.From(Gen.Elements(1000, 8000, 22_050, 44_100, 48_000, 90_000, 10_000_000)),
            Arb.From(Gen.Elements(1000, 8000, 22_050, 44_100, 48_000, 90_000, 10_000_000)),
            (time, from, to) =>
            {
                var down = MediaClock.Rescale(time, (uint)from, (uint)to);
                var up = MediaClock.RescaleUp(time, (uint)from, (uint)to);
                return (Int128)down * from <= (Int128)time * to
                    && ((Int128)down + 1) * from > (Int128)time * to
                    && up - down is 0 or 1
                    && (up == down) == ((Int128)down * from == (Int128)time * to);
            }));
}
