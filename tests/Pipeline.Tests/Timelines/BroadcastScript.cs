using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Turns any numbers into a broadcast with uneven segments, reconnects, parameter changes and gaps.</summary>
internal static class BroadcastScript
{
    private static readonly uint[] SamplingRates = [44_100, 48_000, 32_000, 22_050];

    public static BroadcastSnapshot Play(IEnumerable<int> numbers)
    {
        var script = numbers.Select(Math.Abs).DefaultIfEmpty(0).ToArray();
        var broadcast = new BroadcastBuilder().Video("source", 1920, 1080, 6_000_000).Video("720p")
            .Audio(SamplingRates[script[0] % SamplingRates.Length]).Segments(1);
        foreach (var number in script)
        {
            var durationMs = 200 + (number / 16 % 2200);
            switch (number % 16)
            {
                case 0:
                    broadcast.Discontinuity(TimeSpan.FromMilliseconds(number % 9_777));
                    break;
                case 1:
                    broadcast.NewPeriod(TimeSpan.FromMilliseconds(number % 977));
                    break;
                case 2:
                    broadcast.NewParameters(640, 360 + (number % 64));
                    break;
                case 3:
                    broadcast.Segments(1, durationMs * MediaClock.TicksPerMs, gapIn: "720p");
                    continue;
                case 4:
                    broadcast.Segments(2, durationMs * MediaClock.TicksPerMs).Keep(6);
                    continue;
            }

            broadcast.Segments(1, durationMs * MediaClock.TicksPerMs);
        }

        return broadcast.Segments(1).Build();
    }

    /// <summary>The same broadcasts in every run.</summary>
    public static IEnumerable<BroadcastSnapshot> Samples(int count)
    {
        var random = new Random(20260101);
        for (var i = 0; i < count; i++)
        {
            yield return Play(Enumerable.Range(0, 1 + random.Next(40)).Select(_ => random.Next()).ToArray());
        }
    }
}
