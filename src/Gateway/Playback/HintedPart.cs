using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>
/// A request for the part that a playlist's EXT-X-PRELOAD-HINT named and that does not exist yet. RFC 8216bis §6.2.6: it is
/// answered when the part comes.
/// </summary>
internal static class HintedPart
{
    // Low-latency DASH players go by the clock: they ask for the next segment while a rung is still behind.
    private const int SegmentsAheadMax = 2;

    /// <summary>Waits until the part is there. It is gone when it is not the next one, or its segment ends without it.</summary>
    public static ValueTask<EdgeWait> WaitAsync(
        ILiveBroadcast broadcast, string rendition, string name, TimeProvider time, CancellationToken cancellationToken) =>
        MediaNames.TryParsePart(name, out var sequence, out var index)
            ? LiveEdge.WaitAsync(
                broadcast,
                rendition,
                (broadcast, rendition, name, sequence, index),
                static (part, timeline) =>
                    part.broadcast.Media.TryGet(part.rendition, part.name, out _) ? EdgeWait.Reached
                    : !timeline.IsEnded && timeline.Find(part.rendition) is { } now && IsNext(now, part.sequence, part.index) ? null
                    : EdgeWait.Gone,
                time,
                cancellationToken)
            : new(EdgeWait.Gone);

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
