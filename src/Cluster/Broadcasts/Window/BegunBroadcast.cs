using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>
/// A broadcast that another node has begun, as this one takes it over: what was announced of it, and holds of what is in memory here. The holds go over to
/// the renditions that are made of it.
/// </summary>
/// <param name="Snapshot">What was announced.</param>
/// <param name="Point">Where it goes on.</param>
/// <param name="FirstSequence">Number of the first segment that can still be had.</param>
/// <param name="Renditions">Its renditions, in their order.</param>
internal sealed record BegunBroadcast(
    BroadcastSnapshot Snapshot, ResumePoint Point, long FirstSequence, ImmutableArray<BegunRendition> Renditions)
{
    /// <summary>The boundaries of its window.</summary>
    public IEnumerable<SegmentBoundary> Boundaries => Point.Boundaries.Where(boundary => boundary.MediaSequence >= FirstSequence);

    /// <summary>The periods that these are in.</summary>
    public ImmutableArray<Period> Periods
    {
        get
        {
            var indexes = Boundaries.Select(static boundary => boundary.Period).ToHashSet();
            return [.. Snapshot.Periods.Where(period => indexes.Contains(period.Index))];
        }
    }

    /// <summary>Takes it over; null where there is nothing to go on with: nothing was announced, it has ended, or memory has lost what is growing.</summary>
    /// <param name="snapshot">The newest that is known.</param>
    /// <param name="media">Its files in memory here.</param>
    /// <param name="isStorageShared">What the other node has stored is in this one's storage, too: else the window begins with what is in memory.</param>
    public static BegunBroadcast? Of(BroadcastSnapshot snapshot, LiveMedia media, bool isStorageShared)
    {
        if (ResumePoint.Of(snapshot, RenditionNames.Source, RenditionNames.Audio) is not { } point)
        {
            return null;
        }

        var renditions = snapshot.Renditions.Select(rendition => BegunRendition.Of(rendition, media)).ToImmutableArray();
        if (!renditions.All(static rendition => rendition.IsWhole))
        {
            foreach (var rendition in renditions)
            {
                rendition.LetGo();
            }

            return null;
        }

        var first = isStorageShared ? 0 : renditions.Max(static rendition => rendition.FirstSequence);
        return new(snapshot, point, Math.Max(first, point.Boundaries[0].MediaSequence), renditions);
    }
}

/// <summary>One rendition of a broadcast that is taken over.</summary>
/// <param name="Snapshot">What was announced.</param>
/// <param name="Segments">Its newest complete segments, oldest first, each with its parts in memory.</param>
/// <param name="Open">Parts of the segment that is growing.</param>
/// <param name="FirstSequence">Number of the first segment after which memory has all; 0 where it has all that was announced.</param>
internal sealed record BegunRendition(
    RenditionSnapshot Snapshot, ImmutableArray<BegunSegment> Segments, ImmutableArray<MediaBuffer> Open, long FirstSequence)
{
    /// <summary>Memory has all of the segment that is growing.</summary>
    public bool IsWhole => Open.Length == (Snapshot.Open?.Parts.Length ?? 0);

    public static BegunRendition Of(RenditionSnapshot rendition, LiveMedia media)
    {
        var segments = new List<BegunSegment>();
        var first = 0L;
        for (var index = rendition.Segments.Length - 1; index >= 0 && first == 0; index--)
        {
            var segment = rendition.Segments[index];
            var parts = Parts(rendition.Name, segment, media);
            if (segment.IsGap || parts.Sum(static part => (long)part.Length) == segment.Length)
            {
                segments.Add(new(segment, parts));
            }
            else
            {
                LetGo(parts);
                first = segment.Boundary.MediaSequence + 1;
            }
        }

        segments.Reverse();
        return new(rendition, [.. segments], rendition.Open is { } open ? Parts(rendition.Name, open, media) : [], first);
    }

    /// <summary>Gives up the holds.</summary>
    public void LetGo()
    {
        foreach (var segment in Segments)
        {
            LetGo(segment.Parts);
        }

        LetGo(Open);
    }

    /// <summary>Holds of the parts that memory has, up to the first that it does not.</summary>
    private static ImmutableArray<MediaBuffer> Parts(string rendition, Segment segment, LiveMedia media)
    {
        var parts = ImmutableArray.CreateBuilder<MediaBuffer>();
        while (media.TryGet(rendition, MediaNames.Part(segment.Boundary.MediaSequence, parts.Count), out var file)
            && file!.TryHoldOnly() is { } part)
        {
            parts.Add(part);
        }

        return parts.DrainToImmutable();
    }

    private static void LetGo(ImmutableArray<MediaBuffer> parts)
    {
        foreach (var part in parts)
        {
            part.Release();
        }
    }
}

/// <summary>A complete segment with its parts; of a gap those that were announced before it became one.</summary>
internal readonly record struct BegunSegment(Segment Segment, ImmutableArray<MediaBuffer> Parts);
