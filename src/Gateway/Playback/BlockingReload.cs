using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.WebUtilities;
using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>
/// A request for a media playlist that has at least a certain segment or part. RFC 8216bis §6.2.5.2: delivery directives.
/// </summary>
/// <param name="MediaSequence"><c>_HLS_msn</c>, null when the playlist is wanted as it is.</param>
/// <param name="Part"><c>_HLS_part</c>, null when the whole segment is wanted.</param>
/// <param name="Skip"><c>_HLS_skip</c>: a delta update is enough.</param>
internal readonly record struct BlockingReload(long? MediaSequence, int? Part, bool Skip)
{
    // A player asks for the next part, or for the segment after it.
    private const int AdvanceSegmentsMax = 2;

    // How much further than the newest part a player may ask within its segment; RFC 8216bis §6.2.5.2 says three seconds.
    private static readonly TimeSpan AdvancePartsMax = TimeSpan.FromSeconds(3);

    /// <summary>Reads the directives; false when they make no sense, or say a thing twice.</summary>
    public static bool TryParse(QueryString query, out BlockingReload reload)
    {
        reload = default;
        long? sequence = null;
        int? part = null;
        var skip = false;
        foreach (var directive in new QueryStringEnumerable(query.Value))
        {
            var value = directive.DecodeValue().Span;
            switch (directive.DecodeName().Span)
            {
                case "_HLS_msn" when !TryRead(value, ref sequence):
                case "_HLS_part" when !TryRead(value, ref part):
                    return false;
                case "_HLS_skip":
                    skip = value is "YES" or "v2";
                    break;
            }
        }

        // A part without its segment means nothing.
        reload = new(sequence, part, skip);
        return part is null || sequence is not null;
    }

    /// <summary>Waits until the rendition has what is asked for, or the broadcast has ended.</summary>
    public ValueTask<EdgeWait> WaitAsync(
        ILiveBroadcast broadcast, string rendition, TimeProvider time, CancellationToken cancellationToken)
    {
        if (MediaSequence is not { } wanted || broadcast.Snapshot?.Find(rendition) is not { } now)
        {
            return new(EdgeWait.Reached);
        }

        if (!broadcast.Snapshot.IsEnded
            && (wanted > NewestSequence(now) + AdvanceSegmentsMax || IsPartTooFar(now, wanted)))
        {
            return new(EdgeWait.TooFar);
        }

        return LiveEdge.WaitAsync(
            broadcast,
            rendition,
            (Reload: this, rendition, wanted),
            static (sought, timeline) =>
                timeline.Find(sought.rendition) is not { } current ? EdgeWait.Gone
                : timeline.IsEnded || sought.Reload.Has(current, sought.wanted) ? EdgeWait.Reached
                : null,
            time,
            cancellationToken);
    }

    /// <summary>Reads a whole number that was not told before.</summary>
    private static bool TryRead<T>(ReadOnlySpan<char> text, ref T? number)
        where T : struct, INumberBase<T>
    {
        if (number is not null || !T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read))
        {
            return false;
        }

        number = read;
        return true;
    }

    private static long NewestSequence(RenditionSnapshot rendition) =>
        rendition.Open?.Boundary.MediaSequence ?? (rendition.Segments is [.., var last] ? last.Boundary.MediaSequence : 0);

    // Of a segment that is complete, any part may be asked for: the next segment's first stands for it.
    private bool IsPartTooFar(RenditionSnapshot rendition, long wanted)
    {
        var isComplete = rendition.Segments is [.., var last] && last.Boundary.MediaSequence >= wanted;
        var parts = rendition.Open is { } open && open.Boundary.MediaSequence == wanted ? open.Parts.Length : 0;
        return !isComplete && Part > parts - 1 + Math.Ceiling(AdvancePartsMax / rendition.PartTarget);
    }

    private bool Has(RenditionSnapshot rendition, long wanted)
    {
        if (rendition.Segments is [.., var last] && last.Boundary.MediaSequence >= wanted)
        {
            // It is complete. A part beyond its last one stands for the next segment's first.
            return last.Boundary.MediaSequence > wanted || Part is not { } part || part < last.Parts.Length
                || rendition.Open is { Parts.IsEmpty: false };
        }

        return rendition.Open is { } open
            && (open.Boundary.MediaSequence > wanted
                || (open.Boundary.MediaSequence == wanted && Part is { } index && index < open.Parts.Length));
    }
}
