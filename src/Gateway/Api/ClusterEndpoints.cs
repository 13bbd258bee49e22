using Akka.Actor;
using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Gateway.Access;

namespace Streaming.Gateway.Api;

/// <summary>The nodes of the cluster and what is live on them, for the operator, as the node sees it that is asked.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/cluster", Show).WithName("ShowCluster").WithTags("Cluster").AddEndpointFilter<AdminOnly>();

    private static Ok<ClusterResource> Show(ActorSystem system, LiveChannels live, OriginDirectory elsewhere)
    {
        var nodes = ClusterNodes.Of(system);
        var self = nodes.FirstOrDefault(static node => node.IsSelf)?.Name ?? "";
        var here = live.All.Select(static channel => (channel.Slug, channel.Status.Broadcast))
            .Where(static channel => channel.Broadcast is not null)
            .Select(channel => new LiveChannelResource(
                channel.Slug, self, channel.Broadcast!.Id, channel.Broadcast.Epoch, channel.Broadcast.StartedAt));
        var there = elsewhere.All.Select(static origin => new LiveChannelResource(
            origin.Slug, origin.Node, origin.BroadcastId, origin.Epoch, origin.StartedAt));
        return TypedResults.Ok(new ClusterResource(
            [.. nodes.Select(Resource)],
            [.. here.Concat(there).OrderBy(static channel => channel.Slug, StringComparer.Ordinal).ThenBy(static channel => channel.Epoch)]));
    }

    private static NodeResource Resource(ClusterNodeState node) => new(
        node.Name, node.Status, node.IsReachable, node.IsSelf, node.IsLeader, node.Roles, node.Version);
}
