using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Edge;
using Streaming.Gateway.MediaPlane;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>Players at a node that is not the origin get what those at the origin get, over gRPC on the loopback.</summary>
public sealed class EdgeTests(EdgeNode live) : IClassFixture<EdgeNode>
{
    [Fact]
    public async Task Playlists_FollowedPartByPartAtTheEdge_KeepTheirPromises()
    {
        var checker = new BroadcastChecker(
            [.. EdgeNode.Renditions.Select(rendition => new PlaylistChecker(live.Edge.Viewer, Address(rendition, "index.m3u8")))]);

        await Eventually.HoldsAsync(
            "the window has moved on",
            async () =>
            {
                await Task.WhenAll(checker.Renditions.Select(
                    rendition => checker.ReloadAsync(rendition, TestContext.Current.CancellationToken)));
                return checker.Renditions.All(rendition => rendition.FetchedAfterLeaving >= 2);
            },
            TimeSpan.FromSeconds(60));

        Assert.All(checker.Renditions, rendition => Assert.True(rendition.HintsKept >= 5, $"{rendition.HintsKept} of {rendition.Reloads}"));
        Assert.True(checker.ReportsKept >= 5);
    }

    [Fact]
    public async Task Manifests_OfTheEdge_AreTheOrigins()
    {
        var slug = live.Channel.Slug;
        string[] all =
        [
            $"/live/{slug}/index.m3u8", $"/live/{slug}/manifest.mpd",
            .. EdgeNode.Renditions.Select(rendition => Address(rendition, "index.m3u8")),
        ];
        foreach (var address in all)
        {
            // They change four times a second: until none came between.
            await Eventually.HoldsAsync(
                $"{address} is the same",
                async () => await live.Origin.Viewer.GetStringAsync(address) == await live.Edge.Viewer.GetStringAsync(address));
        }
    }

    [Fact]
    public async Task Media_ThatTheEdgeLists_IsTheOrigins()
    {
        foreach (var rendition in EdgeNode.Renditions)
        {
            var playlist = CheckedPlaylist.Parse(await live.Edge.Viewer.GetStringAsync(Address(rendition, "index.m3u8")));
            var names = playlist.Text.Split('\n').Where(static line => line.EndsWith(".m4s", StringComparison.Ordinal))
                .Concat(playlist.Text.Split('"').Where(static text => text.EndsWith(".m4s", StringComparison.Ordinal) || text.EndsWith(".mp4", StringComparison.Ordinal)))
                .Distinct().ToList();
            Assert.True(names.Count > 8, playlist.Text);
            foreach (var name in names.SkipLast(1)) // The last is only hinted.
            {
                Assert.Equal(
                    await live.Origin.Viewer.GetByteArrayAsync(Address(rendition, name)),
                    await live.Edge.Viewer.GetByteArrayAsync(Address(rendition, name)));
            }
        }
    }

    [Fact]
    public async Task Viewers_HoweverMany_TakeOneStream()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => live.Edge.Viewer.GetStringAsync(Address("source", "index.m3u8"), TestContext.Current.CancellationToken)));

        Assert.All(answers, answer => Assert.StartsWith("#EXTM3U", answer, StringComparison.Ordinal));
        Assert.Equal(1, live.Edge.Services.GetRequiredService<EdgeBroadcasts>().Count);
        var scraped = await live.Origin.Viewer.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Matches(@"streaming_follow_followers(\{[^}]*\})? 1\b", scraped);
    }

    [Fact]
    public async Task Edge_OfAnotherSecret_IsRefused()
    {
        await using var stranger = await live.StartEdgeAsync("fedcba9876543210fedcba9876543210");

        using var answer = await stranger.Viewer.GetAsync($"/live/{live.Channel.Slug}/index.m3u8", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(EdgeNode.Secret, null, 0, StatusCode.OK)]
    [InlineData("wrong", null, 0, StatusCode.Unauthenticated)]
    [InlineData(null, null, 0, StatusCode.Unauthenticated)]
    [InlineData(EdgeNode.Secret, "nobody", 0, StatusCode.NotFound)]
    [InlineData(EdgeNode.Secret, null, 1_000_000, StatusCode.FailedPrecondition)]
    public async Task Follow_Answers(string? secret, string? slug, long epoch, StatusCode expected)
    {
        using var node = GrpcChannel.ForAddress($"http://127.0.0.1:{live.MediaPort}");
        var metadata = secret is null ? [] : new SecretCheck(secret).Metadata;
        using var call = new Streaming.Gateway.MediaPlane.MediaPlane.MediaPlaneClient(node).Follow(
            new() { Slug = slug ?? live.Channel.Slug, Epoch = epoch }, metadata, cancellationToken: TestContext.Current.CancellationToken);

        if (expected == StatusCode.OK)
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(live.BroadcastId, call.ResponseStream.Current.Began.BroadcastId);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(expected, refused.StatusCode);
            Assert.EndsWith(expected == StatusCode.Unauthenticated ? ")." : ".", refused.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task MediaPort_IsNoDoorForViewers()
    {
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await client.GetAsync(
            $"http://127.0.0.1:{live.MediaPort}/live/{live.Channel.Slug}/index.m3u8", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private string Address(string rendition, string name) => $"{live.Channel.Folder(live.BroadcastId, rendition)}/{name}";
}
