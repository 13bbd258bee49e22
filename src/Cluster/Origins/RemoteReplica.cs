using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Origins;

/// <summary>A replica that another node keeps, of a broadcast that has not ended as far as that node knows.</summary>
/// <param name="Slug">The channel.</param>
/// <param name="BroadcastId">The broadcast.</param>
/// <param name="Epoch">The highest that the replica has come under.</param>
/// <param name="Node">The node, as it is known to others: <c>host:port</c>.</param>
/// <param name="Media">Where the node gives its media to others.</param>
public sealed record RemoteReplica(string Slug, string BroadcastId, long Epoch, string Node, NodeAddress Media);
