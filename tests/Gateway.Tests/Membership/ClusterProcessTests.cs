using System.Diagnostics;
using System.Net.Http.Json;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Metrics;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>Nodes in processes of their own: each answers for all channels, and the others go on when one dies.</summary>
[Trait("Category", "Slow")]
public sealed class ClusterProcessTests(SharedPostgres postgres, ITestOutputHelper output)
{
    [Fact]
    public async Task Node_Killed_TheOthersGoOnWithAllChannels_AndItComesBack()
    {
        await using var cluster = await TestCluster.StartAsync(postgres, 3);
        for (var number = 0; number < 12; number++)
        {
            Assert.NotNull(await cluster.PutAsync(number % 3, $"c{number}"));
        }

        // The oldest, which is a seed and places the channels.
        await cluster.KillAsync(0);
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < 12; number++)
        {
            var slug = $"c{number}";
            await Eventually.HoldsAsync($"{slug} is renamed", () => IsPutAsync(cluster, 1 + (number % 2), slug, "Renamed"));
        }

        output.WriteLine($"All channels answered {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s after the kill.");
        await cluster.AreUpAsync(1, 2);
        cluster.Start(0);
        await cluster.AreUpAsync(0, 1, 2);
        Assert.Null(await cluster.PutAsync(0, "c1"));
        Assert.NotNull(await cluster.PutAsync(0, "new"));
    }

    [Fact]
    public async Task Channel_ChangedAtAnyNode_IsSoForItsPublisherAtAnother()
    {
        await using var cluster = await TestCluster.StartAsync(postgres, 3);
        var key = await cluster.PutAsync(0, "mine");
        await using var first = await PublishAsync(cluster[1], key!);
        await LiveOnAsync(cluster, 1);

        // An encoder that comes to another node has the channel there.
        await using var second = await PublishAsync(cluster[2], key!);
        Assert.Contains("Another server has this channel by now.", (await EndAsync(first)).Text, StringComparison.Ordinal);
        await LiveOnAsync(cluster, 2);

        using (var rotated = await (await cluster.OperatorAsync(0)).PostAsync("/api/channels/mine/stream-key", null))
        {
            key = (await rotated.Content.ReadFromJsonAsync<ChannelAccess>())!.StreamKey;
        }

        Assert.Contains("The stream key of this channel was changed.", (await EndAsync(second)).Text, StringComparison.Ordinal);
        await using var third = await PublishAsync(cluster[2], key!);
        using var deleted = await (await cluster.OperatorAsync(0)).DeleteAsync("/api/channels/mine");
        await EndAsync(third);
        await LiveOnAsync(cluster, null);
    }

    [Fact]
    public async Task Channel_LiveOnOneNode_PlaysOnAllOthers_AndGoesOnAtAnotherWhenThatDies()
    {
        await using var cluster = await TestCluster.StartAsync(
            postgres, 3, "Ladder:Enabled=true", "Ladder:Rungs:0:Name=240p", "Ladder:Rungs:0:Height=240", "Ladder:Rungs:0:BitRate=300000");
        var key = await cluster.PutAsync(0, "mine");
        await using var publisher = Publisher.Start(await Sources.AudioAndVideo, await UrlAsync(cluster[0], key!));
        var shown = await PlaysAsync(cluster, 0);
        foreach (var node in (int[])[1, 2])
        {
            Assert.Equal(shown.BroadcastId, (await PlaysAsync(cluster, node)).BroadcastId);
            await SameAsync(cluster, 0, node, shown.BroadcastId!);
        }

        await cluster.KillAsync(0);
        await using var again = Publisher.Start(await Sources.AudioAndVideo, await UrlAsync(cluster[1], key!));

        await LiveOnAsync(cluster, 1, [1, 2]);
        Assert.Equal(shown.BroadcastId, (await PlaysAsync(cluster, 1)).BroadcastId);
        Assert.Equal(shown.BroadcastId, (await PlaysAsync(cluster, 2)).BroadcastId);
        await SameAsync(cluster, 1, 2, shown.BroadcastId!);
    }

    private static async Task<string> UrlAsync(NodeProcess node, string key) => $"rtmp://127.0.0.1:{await node.RtmpPortAsync()}/live/{key}";

    /// <summary>The channel as that node shows it once it is live there.</summary>
    private static async Task<ChannelDetail> PlaysAsync(TestCluster cluster, int node)
    {
        var viewer = await cluster.OperatorAsync(node);
        await Eventually.HoldsAsync($"node {node} has a playlist", async () =>
        {
            using var response = await viewer.GetAsync("/live/mine/index.m3u8");
            return response.IsSuccessStatusCode;
        });
        await Eventually.HoldsAsync($"node {node} lists it", async () =>
            (await viewer.GetFromJsonAsync<ChannelSummary[]>("/api/channels"))!.Single().Live);
        return await Eventually.GetAsync(
            $"node {node} shows it", async () => (await viewer.GetFromJsonAsync<ChannelDetail>("/api/channels/mine"))!,
            static shown => shown is { Live: true, BroadcastId: not null, Renditions.Count: > 0 });
    }

    /// <summary>What the edge lists has the origin's bytes.</summary>
    private static async Task SameAsync(TestCluster cluster, int origin, int edge, string broadcastId)
    {
        var (there, here) = (await cluster.OperatorAsync(origin), await cluster.OperatorAsync(edge));
        foreach (var rendition in (string[])["source", "240p", "audio"])
        {
            var folder = $"/live/mine/{broadcastId}/{rendition}";
            var playlist = await Eventually.GetAsync(
                "there are segments at the edge", async () => await PlaylistAsync(here, $"{folder}/index.m3u8"),
                static playlist => playlist?.Segments.Count(static segment => !segment.IsGap) >= 2);
            foreach (var name in playlist!.Segments.Where(static segment => !segment.IsGap).SelectMany(static segment => new[] { segment.Map!, segment.Uri }).Distinct())
            {
                Assert.Equal(await BytesAsync(there, $"{folder}/{name}"), await BytesAsync(here, $"{folder}/{name}"));
            }
        }
    }

    /// <summary>Null before the rendition is there.</summary>
    private static async Task<PlaylistListing?> PlaylistAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return response.IsSuccessStatusCode ? PlaylistListing.Parse(await response.Content.ReadAsStringAsync()) : null;
    }

    private static async Task<byte[]> BytesAsync(HttpClient client, string path) =>
        await Eventually.GetAsync($"{path} is there", async () =>
        {
            using var response = await client.GetAsync(path);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync() : [];
        }, static bytes => bytes.Length > 0);

    [Fact]
    public async Task Node_Frozen_IsTakenOut_AndComesBackByItselfWhenItWakes()
    {
        await using var cluster = await TestCluster.StartAsync(postgres, 3);
        await cluster.PutAsync(2, "mine");
        await Publisher.SignalAsync("STOP", cluster[2].Id);

        await cluster.AreUpAsync(0, 1);
        await Eventually.HoldsAsync("the channel is renamed", () => IsPutAsync(cluster, 1, "mine", "Renamed"));
        await Publisher.SignalAsync("CONT", cluster[2].Id);

        await cluster.IsSeenAsync(by: 0, 0, 1, 2);
        Assert.Contains(cluster[2].Output, static line => line.Contains("it starts anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Broadcast_HasOneStandbyWithoutViewers_AndAnotherWhenThatIsGone()
    {
        await using var cluster = await TestCluster.StartAsync(postgres, 3, "Ladder:Enabled=false");
        var key = await cluster.PutAsync(0, "mine");
        await using var publisher = Publisher.Start(await Sources.AudioAndVideo, await UrlAsync(cluster[0], key!));
        await Eventually.HoldsAsync(
            "one of the two others stands by",
            async () => await KeptAsync() > 10 && await StandingByAsync(1) + await StandingByAsync(2) == 1,
            TimeSpan.FromSeconds(60));
        var standby = await StandingByAsync(1) == 1 ? 1 : 2;

        await cluster.KillAsync(standby);
        var kept = await KeptAsync();
        await Eventually.HoldsAsync(
            "the other stands by", async () => await StandingByAsync(3 - standby) == 1 && await KeptAsync() > kept + 10, TimeSpan.FromSeconds(60));

        async Task<double> StandingByAsync(int node) => (await Scrape.Async(await cluster.OperatorAsync(node))).Of("streaming_follow_standbys");

        async Task<double> KeptAsync() =>
            (await Scrape.Async(await cluster.OperatorAsync(0))).Of("streaming_broadcast_announced_total", "outcome=\"kept\"");
    }

    private static async Task<ScriptedPublisher> PublishAsync(NodeProcess node, string key)
    {
        var publisher = await node.ConnectRtmpAsync();
        await publisher.HandshakeAsync();
        await publisher.ConnectAsync("live");
        await publisher.CreateStreamAsync();
        await publisher.PublishAsync(key);
        await publisher.ReadStatusAsync("NetStream.Publish.Start");
        return publisher;
    }

    private static Task<ReadMessage> EndAsync(ScriptedPublisher publisher) => publisher.ReadStatusAsync("NetStream.Publish.BadName");

    /// <summary>All nodes agree on which node the channel is live, and on whether it is.</summary>
    private static async Task LiveOnAsync(TestCluster cluster, int? origin, int[]? nodes = null)
    {
        foreach (var asked in nodes ?? [0, 1, 2])
        {
            await Eventually.HoldsAsync($"node {asked} knows the origin", async () =>
                (await cluster.ShowAsync(asked)).Channels.Select(static live => live.Origin)
                    .SequenceEqual(origin is { } on ? [cluster.NameOf(on)] : []));
        }
    }

    private static async Task<bool> IsPutAsync(TestCluster cluster, int node, string slug, string title)
    {
        try
        {
            return await cluster.PutAsync(node, slug, title) is null;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
