using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Tests.Metrics;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>
/// An origin, its standby, and a node that follows the standby, over gRPC on the loopback; nothing is shared. Tells how long versions take, for
/// docs/measurements.md; how fast it is decides nothing.
/// </summary>
[Trait("Category", "Slow")]
public sealed class FollowTreeTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Replica_OfTheStandbysReplica_HasAllThatTheOriginHas()
    {
        var live = new EdgeNode(postgres) { IsStorageShared = false };
        await using var _ = live;
        await live.InitializeAsync();
        await using var standby = await live.StartInnerAsync();
        await using var outer = await live.StartEdgeAsync(EdgeNode.Secret, live.SayingThat(standby));
        var slug = live.Channel.Slug;
        var origin = live.Origin.Broadcast(slug);
        var (oneHop, twoHops) = (await ReplicaAsync(live.Edge, slug), await ReplicaAsync(outer, slug));
        await Eventually.HoldsAsync("the standby is waited for", async () => await AnnouncedAsync(live.Origin, "kept") > 0, TimeSpan.FromSeconds(60));
        Assert.Equal(2, twoHops.Path.Length);

        var (kept, late) = (await AnnouncedAsync(live.Origin, "kept"), await AnnouncedAsync(live.Origin, "late"));
        using var over = new CancellationTokenSource(Measured);
        using var asMade = new StandbyView(origin);
        var seen = await Task.WhenAll(((ILiveBroadcast[])[asMade, origin, oneHop, twoHops]).Select(
            broadcast => Task.Run(() => WatchAsync(broadcast, over.Token), TestContext.Current.CancellationToken)));
        (kept, late) = (await AnnouncedAsync(live.Origin, "kept") - kept, await AnnouncedAsync(live.Origin, "late") - late);
        output.WriteLine($"Load {(await File.ReadAllTextAsync("/proc/loadavg", TestContext.Current.CancellationToken)).Split(' ')[0]}; {seen[0].Count} versions; announced late {late} of {kept + late}");
        Tell("announced at the origin", seen[0], seen[1]);
        Tell("at one hop", seen[0], seen[2]);
        Tell("at two hops", seen[0], seen[3]);
        Assert.True(kept > 0);

        // A segment that is in no memory comes through the node between.
        var oldest = await Eventually.GetAsync(
            "memory has let go of a segment",
            () => Task.FromResult(twoHops.Snapshot!.Find("source")!.Segments.Select(static segment => segment.Boundary.MediaSequence)
                .FirstOrDefault(sequence => !twoHops.Media.TryGet("source", MediaNames.Segment(sequence), out var hot) || hot!.IsLetGo, -1)),
            static sequence => sequence >= 0,
            TimeSpan.FromSeconds(60));
        var address = $"{live.Channel.Folder(live.BroadcastId, "source")}/{MediaNames.Segment(oldest)}";
        Assert.Equal(
            await live.Origin.Viewer.GetByteArrayAsync(address, TestContext.Current.CancellationToken),
            await outer.Viewer.GetByteArrayAsync(address, TestContext.Current.CancellationToken));
    }

    private static Task<BroadcastReplica> ReplicaAsync(Node node, string slug) => Eventually.GetAsync(
        "it is followed",
        async () => (BroadcastReplica)(await node.Services.GetRequiredService<EdgeBroadcasts>().NewestAsync(slug, TestContext.Current.CancellationToken))!,
        static replica => replica is not null,
        TimeSpan.FromSeconds(60));

    private static async Task<double> AnnouncedAsync(Node node, string outcome) =>
        (await Scrape.Async(node)).Of("streaming_broadcast_announced_total", $"outcome=\"{outcome}\"");

    /// <summary>When each version was seen.</summary>
    private static async Task<ConcurrentDictionary<long, long>> WatchAsync(ILiveBroadcast broadcast, CancellationToken over)
    {
        var seen = new ConcurrentDictionary<long, long>();
        while (!over.IsCancellationRequested)
        {
            var next = broadcast.Changed.Next;
            seen.TryAdd(broadcast.Snapshot!.Version, Stopwatch.GetTimestamp());
            await next.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return seen;
    }

    /// <summary>From when a version was made to when it, or a newer one, was seen.</summary>
    private void Tell(string where, ConcurrentDictionary<long, long> made, ConcurrentDictionary<long, long> seen)
    {
        var first = seen.OrderBy(static version => version.Key).ToList();
        double[] latencies =
        [
            .. from version in made
            where version.Key > first[0].Key && version.Key <= first[^1].Key
            let at = first.First(later => later.Key >= version.Key).Value
            orderby at - version.Value
            select Stopwatch.GetElapsedTime(version.Value, at).TotalMilliseconds,
        ];
        Assert.NotEmpty(latencies);
        output.WriteLine($"{where}: p50 {latencies[latencies.Length / 2]:0.0} ms, p99 {latencies[latencies.Length * 99 / 100]:0.0} ms, {latencies.Length} versions");
    }
}
