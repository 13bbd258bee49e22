using System.Diagnostics.Metrics;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.MediaPlane;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>Nodes with disks of their own: what the edge's playlists list and memory does not have comes from the origin.</summary>
public sealed class FetchTests(FetchTests.Apart nodes) : IClassFixture<FetchTests.Apart>
{
    private readonly EdgeNode _live = nodes.Live;

    [Fact]
    public async Task Segments_ThatTheEdgeLists_AreTheOrigins_FromTheFirstToTheLast()
    {
        foreach (var rendition in EdgeNode.Renditions)
        {
            var listed = await ListedAsync(rendition);
            foreach (var segment in listed)
            {
                Assert.Equal(
                    await _live.Origin.Viewer.GetByteArrayAsync(Address(rendition, segment), TestContext.Current.CancellationToken),
                    await _live.Edge.Viewer.GetByteArrayAsync(Address(rendition, segment), TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public async Task Viewers_HoweverManyAtOnce_TakeOneFetch()
    {
        await ListedAsync("source");
        var replica = await _live.Edge.Services.GetRequiredService<EdgeBroadcasts>().FindAsync(
            _live.Channel.Slug, _live.BroadcastId, TestContext.Current.CancellationToken);
        var known = NewestLetGoOf(replica!);
        var next = await Eventually.GetAsync(
            "memory has let go of another segment", () => Task.FromResult(NewestLetGoOf(replica!)), newest => newest > known);
        var fetches = 0L;
        using var listener = new MeterListener();
        var own = _live.Edge.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, own) && instrument.Name == "streaming.fetch.fetches")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref fetches, count));
        listener.Start();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _live.Edge.Viewer.GetByteArrayAsync(
            Address("source", MediaNames.Segment(next)), TestContext.Current.CancellationToken)));

        Assert.Equal(1, Interlocked.Read(ref fetches));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
    }

    [Fact]
    public async Task Segment_ThatNobodyHas_IsNotFound()
    {
        await ListedAsync("source");

        using var answer = await _live.Edge.Viewer.GetAsync(Address("source", "1000000.m4s"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(EdgeNode.Secret, null, null, "source", null, StatusCode.OK)]
    [InlineData("wrong", null, null, "source", null, StatusCode.Unauthenticated)]
    [InlineData(null, null, null, "source", null, StatusCode.Unauthenticated)]
    [InlineData(EdgeNode.Secret, "nobody", null, "source", null, StatusCode.NotFound)]
    [InlineData(EdgeNode.Secret, null, "20000101T000000Z-00000000", "source", null, StatusCode.NotFound)]
    [InlineData(EdgeNode.Secret, null, null, "source", "1000000.m4s", StatusCode.NotFound)]
    [InlineData(EdgeNode.Secret, null, null, "none", null, StatusCode.NotFound)]
    [InlineData(EdgeNode.Secret, null, null, "..", null, StatusCode.InvalidArgument)]
    [InlineData(EdgeNode.Secret, null, null, "source", "../source/1.m4s", StatusCode.InvalidArgument)]
    [InlineData(EdgeNode.Secret, null, "20000101T000000Z-/../../..", "source", null, StatusCode.InvalidArgument)]
    public async Task Fetch_Answers(
        string? secret, string? slug, string? broadcastId, string rendition, string? name, StatusCode expected)
    {
        var oldest = (await ListedAsync("source"))[2];
        using var node = GrpcChannel.ForAddress($"http://127.0.0.1:{_live.MediaPort}");
        var request = new FetchRequest
        {
            Slug = slug ?? _live.Channel.Slug,
            BroadcastId = broadcastId ?? _live.BroadcastId,
            Rendition = rendition,
            Name = name ?? oldest,
        };
        using var call = new Streaming.Gateway.MediaPlane.MediaPlane.MediaPlaneClient(node).Fetch(
            request, secret is null ? [] : new SecretCheck(secret).Metadata, cancellationToken: TestContext.Current.CancellationToken);

        if (expected == StatusCode.OK)
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            var length = call.ResponseStream.Current.Length;
            var bytes = new List<byte>();
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
                Assert.InRange(call.ResponseStream.Current.Data.Length, 1, 128 * 1024);
                bytes.AddRange(call.ResponseStream.Current.Data.Span);
            }

            Assert.Equal(length, bytes.Count);
            Assert.Equal(await _live.Origin.Viewer.GetByteArrayAsync(Address("source", oldest), TestContext.Current.CancellationToken), bytes);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(expected, refused.StatusCode);
        }
    }

    /// <summary>Names of the segments that the edge lists, once they are many more than memory has.</summary>
    private async Task<IReadOnlyList<string>> ListedAsync(string rendition)
    {
        var listed = await Eventually.GetAsync(
            "the edge lists more than memory has",
            async () => PlaylistListing.Parse(await _live.Edge.Viewer.GetStringAsync(Address(rendition, "index.m3u8"))),
            static playlist => playlist.Segments.Count >= 12,
            TimeSpan.FromSeconds(60));
        return [.. listed.Segments.Where(static segment => !segment.IsGap).Select(static segment => segment.Uri)];
    }

    private static long NewestLetGoOf(ILiveBroadcast replica) => replica.Snapshot!.Find("source")!.Segments
        .Select(static segment => segment.Boundary.MediaSequence)
        .Last(sequence => !replica.Media.TryGet("source", MediaNames.Segment(sequence), out var hot) || hot!.IsLetGo);

    private string Address(string rendition, string name) => $"{_live.Channel.Folder(_live.BroadcastId, rendition)}/{name}";

    /// <summary>An origin and an edge that share nothing.</summary>
    public sealed class Apart(SharedPostgres postgres) : IAsyncLifetime
    {
        internal EdgeNode Live { get; } = new(postgres) { IsStorageShared = false };

        public ValueTask InitializeAsync() => Live.InitializeAsync();

        public ValueTask DisposeAsync() => Live.DisposeAsync();
    }
}
