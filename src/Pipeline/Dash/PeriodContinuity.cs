using System.Collections.Immutable;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// Makes one period of those that only the wall clock keeps apart: a publisher that was away for a moment, a cadence that broke.
/// Media time runs on from one to the next in every rendition, with the same header (ISO/IEC 23009-1 §5.3.2.4, period
/// continuity), and a recording is not placed by the wall clock.
/// </summary>
/// <remarks>
/// Not every player goes from one period to the next: what is built on libavformat (ffmpeg, mpv) plays the longest alone.
/// </remarks>
internal static class PeriodContinuity
{
    /// <summary>The same broadcast with fewer periods, each segment in the one that its own went into.</summary>
    public static BroadcastSnapshot Join(BroadcastSnapshot broadcast)
    {
        var joined = ImmutableArray.CreateBuilder<Period>(broadcast.Periods.Length);
        var into = new Dictionary<int, int>();
        Period? previous = null;
        foreach (var period in broadcast.Periods)
        {
            if (previous is null || !GoesOn(broadcast, previous.Index, period.Index))
            {
                joined.Add(period);
            }

            into[period.Index] = joined[^1].Index;
            previous = period;
        }

        return joined.Count == broadcast.Periods.Length ? broadcast : broadcast with
        {
            Periods = joined.DrainToImmutable(),
            Renditions = [.. broadcast.Renditions.Select(rendition => rendition with { Segments = Moved(rendition.Segments, into) })],
        };
    }

    /// <summary>Each rendition that has media in one of them has it in the other, too, and is set up in the same way.</summary>
    private static bool GoesOn(BroadcastSnapshot broadcast, int period, int next)
    {
        foreach (var rendition in broadcast.Renditions)
        {
            var before = rendition.Segments.Within(period);
            var after = rendition.Segments.Within(next);
            if (before.HasMedia != after.HasMedia
                || (before.HasMedia && before.Last(IsMedia).Initialization != after.First(IsMedia).Initialization))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsMedia(Segment segment) => !segment.IsGap;

    private static SegmentList Moved(SegmentList segments, Dictionary<int, int> into) =>
    [
        .. segments.Select(segment => into.GetValueOrDefault(segment.Boundary.Period, segment.Boundary.Period) is var period && period == segment.Boundary.Period
            ? segment
            : segment with { Boundary = segment.Boundary with { Period = period } }),
    ];
}
