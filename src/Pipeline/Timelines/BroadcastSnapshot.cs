using System.Collections.Immutable;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// The timeline of a broadcast as a reader sees it at one moment: everything that a playlist or an MPD says. Immutable;
/// the broadcast's owner publishes a new one with every part.
/// </summary>
public sealed record BroadcastSnapshot
{
    /// <summary>Unique id of the broadcast; a path segment of every address of its media.</summary>
    public required string Id { get; init; }

    /// <summary>Wall-clock time of media time zero in the first period: DASH's availabilityStartTime.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Upper bound of every segment's duration when rounded to seconds, constant for the broadcast.</summary>
    public required TimeSpan TargetDuration { get; init; }

    /// <summary>Upper bound of the durations of all renditions' parts: each has one of its own, as its frames are long.</summary>
    public required TimeSpan PartTarget { get; init; }

    /// <summary>Video renditions first (the source, then the ladder from the top), then audio.</summary>
    public required ImmutableArray<RenditionSnapshot> Renditions { get; init; }

    /// <summary>
    /// The periods that segments of the window are in, oldest first. One is added with its first boundary, before it has a
    /// complete segment.
    /// </summary>
    public required ImmutableArray<Period> Periods { get; init; }

    /// <summary>The broadcast is over: no segment will be added.</summary>
    public required bool IsEnded { get; init; }

    /// <summary>Grows with every snapshot of a broadcast.</summary>
    public required long Version { get; init; }

    /// <summary>Wall-clock time at which this snapshot was made: DASH's publishTime.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>The rendition of that name, null when there is none.</summary>
    public RenditionSnapshot? Find(string name)
    {
        foreach (var rendition in Renditions)
        {
            if (rendition.Name == name)
            {
                return rendition;
            }
        }

        return null;
    }
}
