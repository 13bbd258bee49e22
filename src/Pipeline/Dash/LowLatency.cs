using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// What a low-latency MPD says of the segments that are growing: each is listed with the duration it is expected to get, and
/// can be asked for as soon as its first part is there. ISO/IEC 23009-1 §5.3.9.2, DASH-IF Low-latency Modes for DASH.
/// </summary>
internal sealed record LowLatency(int Period, TimeSpan PartTarget)
{
    /// <summary>Decimals of @availabilityTimeOffset, in seconds.</summary>
    public const byte OffsetDecimals = 3;

    private const uint MillisecondsPerSecond = 1000;

    // A player asks for what follows the end that it was told. Told too early an end it would ask for the same segment again,
    // told too late an end it still asks for the next, so expectations have a margin: two AAC frames at 44.1 kHz.
    private const int MarginMs = 50;

    /// <summary>
    /// The same periods with what is growing in the newest; null when that cannot be played while it grows.
    /// </summary>
    public static ImmutableArray<PeriodContent>? Of(BroadcastSnapshot broadcast, ImmutableArray<PeriodContent> contents)
    {
        if (contents is not [.., var newest] || newest.Index != broadcast.Periods[^1].Index
            || !newest.Tracks.IsIndependent || newest.Tracks.Renditions.Any(HasHole))
        {
            return null;
        }

        return contents.SetItem(contents.Length - 1, newest with { LowLatency = new(newest.Index, broadcast.PartTarget) });
    }

    /// <summary>
    /// The options, completed. A player needs a part to be made, the MPD to tell of it, and as much in hand as an HLS player
    /// has: three parts.
    /// </summary>
    public static MediaPresentationOptions With(MediaPresentationOptions options, BroadcastSnapshot broadcast)
    {
        var update = options.MinimumUpdatePeriod ?? broadcast.TargetDuration / 8;
        var latency = options.TargetLatency ?? (broadcast.PartTarget * 4) + update;
        return options with
        {
            MinimumUpdatePeriod = update,
            TargetLatency = latency,
            SuggestedPresentationDelay = options.SuggestedPresentationDelay ?? latency,
        };
    }

    /// <summary>How long before its end a segment can be asked for, in milliseconds.</summary>
    public long AvailabilityTimeOffset(RenditionSnapshot track) => Math.Max(
        0,
        MediaClock.Rescale(Expected(track), track.TimescaleOf(track.Segments[^1]), MillisecondsPerSecond)
            - (long)PartTarget.TotalMilliseconds);

    /// <summary>The segments of a track with the one that is growing.</summary>
    public SegmentList Listed(RenditionSnapshot track) =>
        track.Open is { Parts.IsEmpty: false, Independent: true } open && open.Boundary.Period == Period
            && open.Initialization == track.Segments[^1].Initialization
            ? [.. track.Segments, open with { Duration = Math.Max(open.Duration, Expected(track)) }]
            : track.Segments;

    private static long Expected(RenditionSnapshot track) =>
        track.Segments[^1].Duration + (track.TimescaleOf(track.Segments[^1]) * MarginMs / MillisecondsPerSecond);

    private static bool HasHole(RenditionSnapshot track) =>
        track.Segments[^1].Boundary.MediaSequence - track.Segments[0].Boundary.MediaSequence >= track.Segments.Length;
}
