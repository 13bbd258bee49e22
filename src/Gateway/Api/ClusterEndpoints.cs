using Akka.Actor;
using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Transcoding;
using Streaming.Cluster.Workers;
using Streaming.Gateway.Access;

namespace Streaming.Gateway.Api;

/// <summary>The nodes of the cluster and what is live on them, for the operator, as the node sees it that is asked.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/cluster", Show).WithName("ShowCluster").WithTags("Cluster").AddEndpointFilter<AdminOnly>();

    private static Ok<ClusterResource> Show(
        ActorSystem system, LiveChannels live, OriginDirectory elsewhere, WorkerDirectory workers, RunSlots slots, HostedRuns hosted)
    {
        var nodes = ClusterNodes.Of(system);
        var self = nodes.FirstOrDefault(static node => node.IsSelf)?.Name ?? "";
        var here = live.All.Select(static channel => (channel.Slug, channel.Status.Broadcast))
            .Where(static channel => channel.Broadcast is not null)
            .Select(channel => new LiveChannelResource(
                channel.Slug, self, channel.Broadcast!.Id, channel.Broadcast.Epoch, channel.Broadcast.StartedAt));
        var there = elsewhere.All.Select(static origin => new LiveChannelResource(
            origin.Slug, origin.Node, origin.BroadcastId, origin.Epoch, origin.StartedAt));
        List<LiveChannelResource> channels =
            [.. here.Concat(there).OrderBy(static channel => channel.Slug, StringComparer.Ordinal).ThenBy(static channel => channel.Epoch)];
        var slugs = channels.GroupBy(static channel => channel.BroadcastId)
            .ToDictionary(static group => group.Key, static group => group.First().Slug);
        var byName = new Dictionary<string, WorkerResource>();
        foreach (var worker in workers.All)
        {
            byName[worker.Name] = Worker(worker.Slots, worker.Taken, worker.IsDraining, worker.Runs);
        }

        if (slots.Count > 0)
        {
            var taken = slots.All;
            byName[self] = Worker(slots.Count, taken.Count, hosted.IsDraining, taken.Select(static slot => slot.Run));
        }

        return TypedResults.Ok(new ClusterResource([.. nodes.Select(node => Resource(node, byName.GetValueOrDefault(node.Name)))], channels));

        WorkerResource Worker(int count, int taken, bool isDraining, IEnumerable<RunId> runs) => new(
            count, taken, isDraining, [.. runs.Select(run => new RunResource(slugs.GetValueOrDefault(run.Broadcast), run.Broadcast, run.Epoch))]);
    }

    private static NodeResource Resource(ClusterNodeState node, WorkerResource? worker) => new(
        node.Name, node.Status, node.IsReachable, node.IsSelf, node.IsLeader, node.Roles, node.Version, worker);
}
