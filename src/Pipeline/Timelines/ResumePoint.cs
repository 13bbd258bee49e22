using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Where a broadcast's timeline stood when its owner was gone, as far as others were told: what another owner needs to go on after it. The newest segment
/// ends with what of it was announced, as if its publisher had gone at that moment; the next publisher begins the next one.
/// </summary>
public sealed record ResumePoint
{
    /// <summary>
    /// What versions of the next owner's snapshots are above the newest that is known: more than an owner makes in the hours that somebody may have
    /// seen and this one has not.
    /// </summary>
    public const long VersionsLeftOut = 1_000_000;

    /// <summary>The newest boundary that anybody can know of: a part of its segment was announced.</summary>
    public required SegmentBoundary Newest { get; init; }

    /// <summary>The newest period that was announced: later ones count from it, also where it has no segment.</summary>
    public required Period Period { get; init; }

    /// <summary>All boundaries that are known, oldest first, <see cref="Newest"/> included.</summary>
    public required ImmutableArray<SegmentBoundary> Boundaries { get; init; }

    /// <summary>The source; null for a broadcast of audio alone.</summary>
    public required TrackPoint? Video { get; init; }

    /// <summary>Null for a broadcast without audio.</summary>
    public required TrackPoint? Audio { get; init; }

    /// <summary>Where <paramref name="broadcast"/> stood; null where nothing was announced, or it has ended.</summary>
    /// <param name="broadcast">The newest that is known of it.</param>
    /// <param name="source">Name of the source's rendition.</param>
    /// <param name="audio">Name of the audio's.</param>
    public static ResumePoint? Of(BroadcastSnapshot broadcast, string source, string audio)
    {
        var boundaries = broadcast.Renditions
            .SelectMany(static rendition => rendition.Segments.Append(rendition.Open).OfType<Segment>())
            .Select(static segment => segment.Boundary)
            .DistinctBy(static boundary => boundary.MediaSequence)
            .OrderBy(static boundary => boundary.MediaSequence)
            .ToImmutableArray();
        if (broadcast.IsEnded || boundaries is not [.., var newest])
        {
            return null;
        }

        return new ResumePoint
        {
            Newest = newest,
            Period = LastKnown(broadcast.Periods, newest),
            Boundaries = boundaries,
            Video = TrackPoint.Of(broadcast.Find(source)),
            Audio = TrackPoint.Of(broadcast.Find(audio)),
        };
    }

    // A period that was announced before any segment of it leaves its number behind, but no discontinuity that anybody has seen.
    private static Period LastKnown(ImmutableArray<Period> periods, SegmentBoundary newest) =>
        periods[^1] with { DiscontinuitySequence = newest.DiscontinuitySequence };
}

/// <summary>Where one track of a broadcast stood.</summary>
/// <param name="Configuration">The one in force.</param>
/// <param name="PartTarget">Upper bound of its parts' durations.</param>
/// <param name="Open">Its segment that was growing, with the parts that were announced; null where there was none.</param>
/// <param name="IsOpenItsOwn">That is of <paramref name="Configuration"/>, and may be added to.</param>
/// <param name="End">Where its media ends, in ticks of the configuration's timescale; null where there is none of that configuration.</param>
/// <param name="NextSequence">Number of the first segment that it has nothing of; null where it has nothing at all.</param>
public sealed record TrackPoint(
    TrackConfiguration Configuration, TimeSpan PartTarget, Segment? Open, bool IsOpenItsOwn, long? End, long? NextSequence)
{
    internal static TrackPoint? Of(RenditionSnapshot? rendition)
    {
        if (rendition is null)
        {
            return null;
        }

        var last = rendition.Open ?? (rendition.Segments is [.., var complete] ? complete : null);
        var isOwn = last is not null && last.Initialization == rendition.Initializations.Length - 1;
        return new(
            rendition.Configuration,
            rendition.PartTarget,
            rendition.Open,
            rendition.Open is not null && isOwn,
            isOwn ? last!.DecodeTime + last.Duration : null,
            last?.Boundary.MediaSequence + 1);
    }
}
