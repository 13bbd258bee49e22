using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class CadenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Segments_EvenWithinAMillisecond_StayInOnePeriodForHalfAnHour()
    {
        // 50 pictures at 29.97 fps: 1668.33 ms, of which publishers tell whole milliseconds. A third of one adds up.
        var periods = Play(Enumerable.Range(0, 1100).Select(i => (long)Math.Round(i * 50 * 1001 / 30.0) * 90));
        Assert.Equal(1668 * 90, Assert.Single(periods).SegmentDuration);
    }

    [Fact]
    public void Segments_DriftingFromTheirTurn_GetANewPeriodOnTheSameClock()
    {
        var periods = Play(Enumerable.Range(0, 60).Select(i => i * 180_000L + (i > 1 ? (i - 1) * 900 : 0)));
        Assert.Equal(2, periods.Count);
        Assert.All(periods, period => Assert.InRange(period.SegmentDuration!.Value, 180_000, 180_900));
        Assert.Equal(52, periods[1].MediaSequence);
        Assert.Equal(periods[0].At(periods[1].DecodeTime), periods[1].ProgramDateTime);
    }

    [Fact]
    public void FirstSegment_LongerThanTheOthers_GetsAPeriodOfItsOwn()
    {
        // A source with a 10 s GOP: the grid begins where the first segment became too long.
        var periods = Play(new long[] { 0, 360_000, 540_000, 720_000, 900_000, 1_080_000 });
        Assert.Equal([(0L, 360_000L), (2L, 180_000L)], periods.Select(period => (period.MediaSequence, period.SegmentDuration!.Value)));
    }

    [Fact]
    public void FirstSegment_OfAFractionOfAMillisecond_PromisesNothing() =>
        Assert.Null(Assert.Single(Play(new long[] { 0, 1, 180_001, 360_001 })).SegmentDuration);

    [Fact]
    public void Segments_Irregular_EndUpInAPeriodThatListsThem()
    {
        var random = new Random(1);
        var time = 0L;
        var periods = Play(Enumerable.Range(0, 200).Select(_ => time += random.Next(135_000, 360_000)));
        Assert.Equal(3, periods.Count);
        Assert.Null(periods[^1].SegmentDuration);
    }

    private static List<Period> Play(IEnumerable<long> decodeTimes)
    {
        var cadence = new Cadence();
        var periods = new List<Period>();
        foreach (var (sequence, time) in decodeTimes.Index())
        {
            if (sequence == 0)
            {
                periods.Add(new Period(0, time, Start));
                continue;
            }

            var period = cadence.Next(periods[^1], sequence, time);
            if (period.Index == periods[^1].Index)
            {
                periods[^1] = period;
            }
            else
            {
                periods.Add(period);
            }
        }

        return periods;
    }
}
