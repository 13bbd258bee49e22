using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <summary>The way to the origins of broadcasts, and to other nodes that have replicas of them.</summary>
public interface IUpstream
{
    /// <summary>
    /// Follows a channel's newest broadcast at its origin until that ends, or the stream breaks off. Holds of bytes go over to who reads.
    /// </summary>
    /// <param name="origin">Where.</param>
    /// <param name="slug">Name of the channel.</param>
    /// <param name="known">What is known of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UpstreamException">It cannot be followed there, or no more; somewhere else, or later, it may.</exception>
    IAsyncEnumerable<FollowEvent> FollowAsync(NodeAddress origin, string slug, KnownBroadcast known, CancellationToken cancellationToken);

    /// <summary>Fetches a segment that its origin has, in memory or in storage; null when it has none of that name.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="file">Which.</param>
    /// <param name="makeRoom">Told its length before the first of its bytes comes; gives the array that takes them, or throws.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UpstreamException">It cannot be had now.</exception>
    Task<byte[]?> FetchAsync(NodeAddress origin, OriginFile file, Func<long, byte[]> makeRoom, CancellationToken cancellationToken);
}

/// <summary>What one who follows a channel knows of it already.</summary>
/// <param name="Epoch">The highest that it has heard of; 0 for none.</param>
/// <param name="BroadcastId">The broadcast that it has followed last; null for none.</param>
/// <param name="IsEnded">And to its end: there is nothing to follow until the next begins.</param>
/// <param name="IsStandby">
/// It is the channel's standby: when it asks for what comes after a <see cref="FollowEvent.Published"/> it has that, and the origin is told so.
/// </param>
/// <param name="IsTakenOver">It has claimed the channel under that epoch, and is to go on with it: the origin lets go, and tells its last state.</param>
public readonly record struct KnownBroadcast(long Epoch, string? BroadcastId, bool IsEnded, bool IsStandby = false, bool IsTakenOver = false);

/// <summary>A channel cannot be followed at a node, or no more, or a file of it not be had; the message says why.</summary>
public sealed class UpstreamException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Nothing is wrong there, but as many follow the broadcast as may: one of them can be followed.</summary>
    public bool IsFull { get; init; }
}
