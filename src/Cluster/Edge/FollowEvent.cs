using System.Collections.Immutable;
using Streaming.Cluster.Membership;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>
/// What the origin of a broadcast, or a replica, tells who follows it. A stream begins with <see cref="Began"/>. Then come updates, each in this order: files that are new
/// (<see cref="MediaCame"/>), what has changed in renditions (<see cref="RenditionChanged"/>), and <see cref="Published"/>, which makes all of it one
/// snapshot that readers may see. The first update has all of the timeline and all that the origin has in memory; a later one has what is new since the
/// one before, and may make several of the origin's versions one.
/// </summary>
public abstract record FollowEvent
{
    /// <summary>The broadcast that follows.</summary>
    /// <param name="Epoch">Of the claim that it was made under.</param>
    /// <param name="BroadcastId">Its id.</param>
    /// <param name="StartedAt">When its first publisher came.</param>
    public sealed record Began(long Epoch, string BroadcastId, DateTimeOffset StartedAt) : FollowEvent
    {
        /// <summary>The nodes that it comes through before the one that sends it, its origin first; none when that is its origin.</summary>
        public ImmutableArray<NodeAddress> Path { get; init; } = [];
    }

    /// <summary>A file of a rendition: a CMAF header, or a part.</summary>
    /// <param name="Rendition">Name of the rendition.</param>
    /// <param name="MediaSequence">Number of the segment that it is a part of; null for a CMAF header.</param>
    /// <param name="Index">Index of the part in its segment, or of the header.</param>
    /// <param name="Data">
    /// Its bytes, with a hold: of who reads them from a <see cref="Follower"/> until it asks for the next event, of a <see cref="BroadcastReplica"/> that
    /// they are given to for good.
    /// </param>
    public sealed record MediaCame(string Rendition, long? MediaSequence, int Index, MediaBuffer Data) : FollowEvent
    {
        /// <summary>Its name in addresses.</summary>
        public string Name => MediaSequence is { } sequence ? MediaNames.Part(sequence, Index) : MediaNames.Initialization(Index);
    }

    /// <summary>What has changed in a rendition, or all of it.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record RenditionChanged(string Name) : FollowEvent
    {
        /// <summary>What was told of it before does not hold any more.</summary>
        public required bool IsWhole { get; init; }

        public required TrackKind Kind { get; init; }

        /// <summary>See <see cref="RenditionSnapshot.PartTarget"/>.</summary>
        public required TimeSpan PartTarget { get; init; }

        /// <summary>Configurations that are new: they follow those that were told.</summary>
        public required ImmutableArray<TrackConfiguration> Initializations { get; init; }

        /// <summary>Complete segments, gaps included, that are new.</summary>
        public required ImmutableArray<Segment> Segments { get; init; }

        /// <summary>The segment that is growing, with all of its parts; null when there is none.</summary>
        public required Segment? Open { get; init; }

        /// <summary>Media sequence number of the first segment of the window.</summary>
        public required long FirstSequence { get; init; }

        /// <summary>Media sequence number before which segments have no parts any more.</summary>
        public required long PartsFrom { get; init; }

        /// <summary>Media sequence number before which the origin has let go of segments and their parts: they are in storage.</summary>
        public required long MemoryFrom { get; init; }

        /// <summary>In bit/s.</summary>
        public required int PeakBitRate { get; init; }

        /// <summary>In bit/s.</summary>
        public required int AverageBitRate { get; init; }

        /// <summary>Pictures per second.</summary>
        public required double FrameRate { get; init; }

        public required bool IsOffered { get; init; }
    }

    /// <summary>What came since the last of these is a snapshot's.</summary>
    /// <param name="Version">The snapshot's.</param>
    public sealed record Published(long Version) : FollowEvent
    {
        /// <summary>See <see cref="BroadcastSnapshot.PublishedAt"/>.</summary>
        public required DateTimeOffset PublishedAt { get; init; }

        /// <summary>See <see cref="BroadcastSnapshot.StartedAt"/>.</summary>
        public required DateTimeOffset MediaStartedAt { get; init; }

        /// <summary>See <see cref="BroadcastSnapshot.TargetDuration"/>.</summary>
        public required TimeSpan TargetDuration { get; init; }

        /// <summary>See <see cref="BroadcastSnapshot.PartTarget"/>.</summary>
        public required TimeSpan PartTarget { get; init; }

        /// <summary>Names of all renditions, in their order; default when they are those that were told before.</summary>
        public required ImmutableArray<string> Renditions { get; init; }

        /// <summary>All periods of the window; default when they are those that were told before.</summary>
        public required ImmutableArray<Period> Periods { get; init; }

        public required bool IsEnded { get; init; }
    }
}
