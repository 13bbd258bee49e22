using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>A broadcast ends, and another begins.</summary>
public sealed class EndingTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Broadcast_Ends_TheEdgeSaysSo_AndFollowsTheNext()
    {
        var live = new EdgeNode(postgres);
        await using var _ = live;
        await live.InitializeAsync();
        var source = $"{live.Channel.Folder(live.BroadcastId, "source")}/index.m3u8";
        Assert.DoesNotContain("#EXT-X-ENDLIST", await live.Edge.Viewer.GetStringAsync(source, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await live.EndAsync();

        var ended = await Eventually.GetAsync(
            "the playlist has its end", () => live.Edge.Viewer.GetStringAsync(source),
            static playlist => playlist.Contains("#EXT-X-ENDLIST", StringComparison.Ordinal));
        Assert.Equal(await live.Origin.Viewer.GetStringAsync(source, TestContext.Current.CancellationToken), ended);

        await using var again = live.Channel.Publish(await Sources.AudioAndVideo);
        var next = await Eventually.GetAsync(
            "the next broadcast is at the edge",
            async () =>
            {
                using var answer = await live.Edge.Viewer.GetAsync($"/live/{live.Channel.Slug}/index.m3u8");
                return await answer.Content.ReadAsStringAsync(); // Until it has something to play, it is offline: at its origin, too.
            },
            playlist => playlist.Contains("/source/index.m3u8", StringComparison.Ordinal)
                && !playlist.Contains(live.BroadcastId, StringComparison.Ordinal));
        Assert.StartsWith("#EXTM3U", next, StringComparison.Ordinal);
        Assert.Equal(ended, await live.Edge.Viewer.GetStringAsync(source, TestContext.Current.CancellationToken)); // For who is still behind.
    }
}
