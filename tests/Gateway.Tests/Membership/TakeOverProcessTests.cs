using System.Diagnostics;
using System.Net.Http.Json;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>
/// An origin that dies, or is told to end, while its encoder connects again elsewhere: viewers of another node watch one broadcast the whole time.
/// </summary>
[Trait("Category", "Slow")]
public sealed class TakeOverProcessTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private static readonly string[] Renditions = ["source", "audio"];

    // Memory has all of the window, and some more: what a node alone had stored is gone with it.
    private static readonly string[] Settings = ["Storage:Kind=memory", "Ladder:Enabled=false"];

    [Fact]
    public Task Origin_Killed_TheBroadcastGoesOnWhereItsEncoderComes() => GoesOnAsync(static cluster => cluster.KillAsync(0));

    [Fact]
    public Task Origin_Terminated_TheBroadcastGoesOnWhereItsEncoderComes() => GoesOnAsync(static cluster => cluster.StopAsync(0));

    [Fact]
    public Task Origin_Alive_LetsGoWhenItsEncoderComesElsewhere() => GoesOnAsync(static _ => Task.CompletedTask);

    private async Task GoesOnAsync(Func<TestCluster, Task> endAsync)
    {
        await using var cluster = await TestCluster.StartAsync(postgres, 3, Settings);
        var key = await cluster.PutAsync(0, "mine");
        await using var publisher = Publisher.Start(await Sources.AudioAndVideo, await UrlAsync(cluster, 0, key!));
        var id = (await ShownAsync(cluster, 2)).BroadcastId!;
        using var stopping = new CancellationTokenSource();
        var viewers = (int[])[1, 2]; // The encoder comes to the first of them.
        var watched = new List<BroadcastChecker>();
        foreach (var node in viewers)
        {
            var viewer = await cluster.OperatorAsync(node);
            watched.Add(new([.. Renditions.Select(rendition => new PlaylistChecker(viewer, $"/live/mine/{id}/{rendition}/index.m3u8"))]));
        }

        var watching = Task.WhenAll(watched.SelectMany(checker => checker.Renditions.Select(rendition => WatchAsync(checker, rendition, stopping.Token))));
        await PassesAsync(watched, watching, 3);

        var ending = endAsync(cluster);
        var (encoder, began) = await ReconnectAsync(cluster, key!);
        await using var again = encoder;
        await Eventually.HoldsAsync("a part came", () => Task.FromResult(watching.IsCompleted || watched[1].Renditions[0].Current!.Open.DiscontinuitySequence > 0));
        output.WriteLine($"The first new part came {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s after the encoder was started again.");
        await ending;
        await PassesAsync(watched, watching, Edge(watched[1]).MediaSequence + 4);

        Assert.Equal(id, (await ShownAsync(cluster, 1)).BroadcastId);
        Assert.Equal(id, (await ShownAsync(cluster, 2)).BroadcastId);
        await stopping.CancelAsync();
        await watching;
        foreach (var rendition in watched.SelectMany(static checker => checker.Renditions))
        {
            Assert.Equal([0, 1], rendition.Seen.Select(static segment => segment.DiscontinuitySequence).Distinct().Order());
            Assert.Equal(
                Enumerable.Range((int)rendition.Seen.First().MediaSequence, rendition.Seen.Count),
                rendition.Seen.Select(static segment => (int)segment.MediaSequence));
        }
    }

    /// <summary>Tries until a node lets it in, as encoders do; and since when it does so.</summary>
    private static async Task<(Publisher Publisher, long Began)> ReconnectAsync(TestCluster cluster, string key)
    {
        var began = Stopwatch.GetTimestamp();
        var publisher = Publisher.Start(await Sources.AudioAndVideo, await UrlAsync(cluster, 1, key));
        await Eventually.HoldsAsync("the encoder is let in", async () =>
        {
            if (publisher.HasExited)
            {
                await publisher.DisposeAsync();
                began = Stopwatch.GetTimestamp();
                publisher = Publisher.Start(await Sources.AudioAndVideo, await UrlAsync(cluster, 1, key));
            }

            return (await cluster.ShowAsync(1)).Channels.Any(live => live.Origin == cluster.NameOf(1));
        });
        return (publisher, began);
    }

    private static async Task WatchAsync(BroadcastChecker checker, PlaylistChecker rendition, CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await checker.ReloadAsync(rendition, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It has seen enough.
        }
    }

    private static (long MediaSequence, int Part) Edge(BroadcastChecker checker) => checker.Renditions[0].Current?.Next ?? default;

    /// <summary>All have seen that number, unless one has seen a fault, which is told.</summary>
    private static async Task PassesAsync(IReadOnlyList<BroadcastChecker> watched, Task watching, long mediaSequence)
    {
        await Eventually.HoldsAsync(
            $"all have come to segment {mediaSequence}",
            () => Task.FromResult(watching.IsCompleted || watched.All(checker =>
                checker.Renditions.All(rendition => rendition.Current?.Next.MediaSequence > mediaSequence))));
        if (watching.IsCompleted)
        {
            await watching;
        }
    }

    private static async Task<string> UrlAsync(TestCluster cluster, int node, string key) =>
        $"rtmp://127.0.0.1:{await cluster[node].RtmpPortAsync()}/live/{key}";

    private static async Task<ChannelDetail> ShownAsync(TestCluster cluster, int node)
    {
        var viewer = await cluster.OperatorAsync(node);
        return await Eventually.GetAsync(
            $"node {node} shows it",
            async () =>
            {
                using var playlist = await viewer.GetAsync("/live/mine/index.m3u8"); // Somebody has to watch.
                return (await viewer.GetFromJsonAsync<ChannelDetail>("/api/channels/mine"))!;
            },
            static shown => shown is { Live: true, BroadcastId: not null, Renditions.Count: 2 });
    }
}
