using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// What a low-latency MPD says of segments that are growing: each can be asked for as soon as its first part is there.
/// ISO/IEC 23009-1 §5.3.9.2, DASH-IF Low-latency Modes for DASH. Where segments are even, players find the newest by the
/// clock; else it is listed with the duration that it is expected to get.
/// </summary>
internal sealed record LowLatency(TimeSpan PartTarget)
{
    /// <summary>Decimals of @availabilityTimeOffset, in seconds.</summary>
    public const byte OffsetDecimals = 3;

    private const uint MillisecondsPerSecond = 1000;

    // As much in hand as an HLS player has (three parts), the part that is being made, and one for its way.
    private const int LatencyParts = 5;

    // Where players learn of each segment from the MPD, they ask for it eight times in the longest.
    private const int UpdatesPerTargetDuration = 8;

    // A player asks for what follows the end that it was told. Told too early an end it would ask for the same segment again,
    // told too late an end it still asks for the next, so expectations have a margin: two AAC frames at 44.1 kHz.
    private const int MarginMs = 50;

    /// <summary>
    /// The same periods with what is growing in the newest; null when that cannot be played while it grows.
    /// </summary>
    public static ImmutableArray<PeriodContent>? Of(BroadcastSnapshot broadcast, ImmutableArray<PeriodContent> contents)
    {
        if (contents is not [.., var newest] || newest.Index != broadcast.Periods[^1].Index || !newest.Tracks.IsIndependent)
        {
            return null;
        }

        return contents.SetItem(contents.Length - 1, newest with { LowLatency = new(broadcast.PartTarget) });
    }

    /// <summary>The options, completed.</summary>
    public static MediaPresentationOptions With(
        MediaPresentationOptions options, BroadcastSnapshot broadcast, PeriodContent newest)
    {
        // Even segments need no update; what is told by one then is a new period, a rung that comes or goes, and the end.
        var update = options.MinimumUpdatePeriod
            ?? (newest.SegmentDuration is null ? broadcast.TargetDuration / UpdatesPerTargetDuration : broadcast.TargetDuration);
        var latency = options.TargetLatency ?? (broadcast.PartTarget * LatencyParts);
        return options with
        {
            MinimumUpdatePeriod = update,
            TargetLatency = latency,
            SuggestedPresentationDelay = options.SuggestedPresentationDelay ?? latency,
        };
    }

    /// <summary>How long before its end a segment can be asked for, in milliseconds.</summary>
    public long AvailabilityTimeOffset(PeriodContent content, RenditionSnapshot track)
    {
        var duration = content.SegmentDuration is { } even
            ? MediaClock.Rescale(even, MediaClock.TicksPerSecond, MillisecondsPerSecond)
            : MediaClock.Rescale(Expected(track), track.TimescaleOf(track.Segments[^1]), MillisecondsPerSecond);
        return Math.Max(0, duration - (long)PartTarget.TotalMilliseconds);
    }

    /// <summary>A part's duration in ticks of a timescale: how far apart the points are from which a segment can be read.</summary>
    public long ResyncInterval(uint timescale) =>
        MediaClock.Rescale(PartTarget.Ticks, (uint)TimeSpan.TicksPerSecond, timescale);

    /// <summary>The segments of a track with the one that is growing.</summary>
    public static SegmentList Listed(PeriodContent content, RenditionSnapshot track) =>
        track.Open is { Parts.IsEmpty: false, Independent: true } open && open.Boundary.Period == content.Index
            && open.Initialization == track.Segments[^1].Initialization
            && open.Boundary.MediaSequence == track.Segments[^1].Boundary.MediaSequence + 1
            ? [.. track.Segments, open with { Duration = Math.Max(open.Duration, Expected(track)) }]
            : track.Segments;

    private static long Expected(RenditionSnapshot track) =>
        track.Segments[^1].Duration + (track.TimescaleOf(track.Segments[^1]) * MarginMs / MillisecondsPerSecond);
}
