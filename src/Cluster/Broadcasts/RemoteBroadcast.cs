using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Broadcasts;

/// <summary>A broadcast under way on another node, which is its origin.</summary>
/// <param name="Slug">The channel.</param>
/// <param name="BroadcastId">The broadcast.</param>
/// <param name="Epoch">Of the claim that it was made under: of two that say to be a channel's origin, the higher one is.</param>
/// <param name="StartedAt">When its first publisher came.</param>
/// <param name="IsPlayable">A player that comes now finds something to play.</param>
/// <param name="Node">The node, as it is known to others: <c>host:port</c>.</param>
/// <param name="Media">Where the node gives its media to others; null where it does not.</param>
public sealed record RemoteBroadcast(
    string Slug, string BroadcastId, long Epoch, DateTimeOffset StartedAt, bool IsPlayable, string Node, NodeAddress? Media);
