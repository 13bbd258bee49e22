using Streaming.Cluster.Live;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>
/// A request for the part that a playlist's EXT-X-PRELOAD-HINT named and that does not exist yet. RFC 8216bis §6.2.6: it is
/// answered when the part comes.
/// </summary>
internal static class HintedPart
{
    // As long as a playlist's reload is waited for.
    private const int TimeoutTargetDurations = 3;

    // Low-latency DASH players go by the clock: they ask for the next segment while a rung is still behind.
    private const int SegmentsAheadMax = 2;

    /// <summary>
    /// The part, as soon as it is there; null when it is not the next one, does not come, or the segment ends without it.
    /// </summary>
    public static async ValueTask<HotMedia?> WaitAsync(
        Broadcast broadcast, string rendition, string name, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!MediaNames.TryParsePart(name, out var sequence, out var index))
        {
            return null;
        }

        var signal = broadcast.SignalOf(rendition);
        var began = time.GetTimestamp();
        while (true)
        {
            var next = signal.Next;
            if (broadcast.Media.TryGet(rendition, name, out var part))
            {
                return part;
            }

            if (broadcast.Snapshot is not { IsEnded: false } snapshot
                || snapshot.Find(rendition) is not { } current || !IsNext(current, sequence, index))
            {
                return null;
            }

            var left = (snapshot.TargetDuration * TimeoutTargetDurations) - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            try
            {
                await next.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    /// <summary>It may still come: whoever asked for it has waited for nothing, because the broadcaster sends nothing.</summary>
    public static bool IsAwaited(Broadcast broadcast, string rendition, string name) =>
        MediaNames.TryParsePart(name, out var sequence, out var index)
        && broadcast.Snapshot is { IsEnded: false } snapshot
        && snapshot.Find(rendition) is { } current && IsNext(current, sequence, index);

    /// <summary>It is the part after the newest of the segment that is growing, or the first of one soon after it.</summary>
    private static bool IsNext(RenditionSnapshot rendition, long sequence, int index)
    {
        if (rendition.Open is { } open && sequence == open.Boundary.MediaSequence)
        {
            return index == open.Parts.Length;
        }

        var newest = rendition.Open ?? (rendition.Segments is [.., var last] ? last : null);
        return index == 0 && newest is not null
            && sequence > newest.Boundary.MediaSequence && sequence <= newest.Boundary.MediaSequence + SegmentsAheadMax;
    }
}
