using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Tests.Conformance;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>More nodes follow a broadcast than its origin has places: they follow each other.</summary>
public sealed class FollowTreeTests : IAsyncLifetime
{
    private const int Edges = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly PacedBroadcast _broadcast = new();
    private readonly OriginDirectory _origins = new();
    private readonly Dictionary<NodeAddress, TreeNode> _nodes = [];
    private IEnumerator<object?> _steps = null!;
    private long _round;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static NodeAddress Origin => new("origin", 1);

    private IEnumerable<TreeNode> Living => _nodes.Values.Where(static node => !node.Dead.IsCancellationRequested);

    private IEnumerable<TreeNode> Followers => Living.Where(static node => node.Address != Origin);

    public async ValueTask InitializeAsync()
    {
        _steps = _broadcast.Steps(await BroadcastReplicaTests.TagsAsync("steady")).GetEnumerator();
        Publish(300);
        Add(Origin, _broadcast.Broadcast);
        _origins.Take("origin", new ToldOrigins("origin", Origin, 1, 0, 1, [new("mine", "b1", 1, DateTimeOffset.UnixEpoch, IsPlayable: true)], []));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }

        _steps.Dispose();
        await _broadcast.DisposeAsync();
    }

    [Fact]
    public async Task Edges_BeyondThePlacesOfTheOrigin_HaveEveryVersion_AlsoWhenAnInnerNodeDies()
    {
        for (var number = 0; number < Edges; number++)
        {
            Add(new($"edge{number}", 1), null);
        }

        await AllHaveTheNewestAsync();
        Assert.Equal(Downstream.FollowersMax, FollowersOf(Origin));
        Assert.All(Followers, node => Assert.InRange(FollowersOf(node.Address), 0, Downstream.FollowersMax));
        Assert.All(Followers, static node => Assert.DoesNotContain(node.Address, node.Replica!.Path));
        Assert.Contains(Followers, static node => node.Replica!.Path.Length > 1);

        Publish(200);
        await AllHaveTheNewestAsync();

        var inner = Followers.First(node => FollowersOf(node.Address) > 0);
        await inner.Dead.CancelAsync();
        _origins.Remove(inner.Address.ToString());
        Publish(200);
        await AllHaveTheNewestAsync();
        Assert.All(Followers, node => Assert.DoesNotContain(inner.Address, node.Replica!.Path));

        Publish(int.MaxValue);
        await AllHaveTheNewestAsync();
        Assert.All(Followers, node => Assert.True(node.Replica!.IsEnded));
    }

    [Fact]
    public async Task Follower_OfItself_IsRefused()
    {
        var (first, second) = (new NodeAddress("first", 1), new NodeAddress("second", 1));
        Add(first, null);
        await AllHaveTheNewestAsync();
        using var served = _nodes[first].Downstream.Serve("mine", new(0, null, false, false));
        var began = await BeganAsync(served);
        Assert.Equal([Origin], began.Path);

        await using var looped = new TestEdge(new OneUpstream(began with { Path = [Origin, second] }), _origins, _time, second);
        Assert.Null(await looped.Broadcasts.NewestAsync("mine", Token));
        Assert.True(looped.Meters["streaming.follow.refused reason=loop"] >= 1);
    }

    [Fact]
    public async Task Followers_OfAReplicaThatComesAnotherWay_AreSentAway()
    {
        var first = new NodeAddress("first", 1);
        Add(first, null);
        await AllHaveTheNewestAsync();
        var replica = _nodes[first].Replica!;
        using var served = _nodes[first].Downstream.Serve("mine", new(0, null, false, false));
        await using var events = served.Follower.ReadAsync(Token).GetAsyncEnumerator(Token);
        while (await events.MoveNextAsync() && events.Current is not FollowEvent.Published)
        {
        }

        var next = events.MoveNextAsync();
        replica.ComesFrom(Origin, []);
        Assert.False(next.IsCompleted);
        replica.ComesFrom(new("other", 1), [Origin]);

        Assert.False(await next);
        Assert.True(served.Follower.IsSentAway);
    }

    private static async Task<FollowEvent.Began> BeganAsync(DownstreamNode served)
    {
        await foreach (var happened in served.Follower.ReadAsync(Token))
        {
            return Assert.IsType<FollowEvent.Began>(happened);
        }

        throw new InvalidOperationException("There was nothing.");
    }

    private double FollowersOf(NodeAddress node) => _nodes[node].Edge.Meters["streaming.follow.followers"];

    private void Add(NodeAddress address, Broadcast? own)
    {
        var node = new TreeNode(address, own, _nodes, _origins, _time);
        _nodes.Add(address, node);
        node.Edge.Kept.Changed += () => _origins.Take(
            address.ToString(),
            new ToldOrigins(address.ToString(), address, Interlocked.Increment(ref _round), 0, 1, [], [.. node.Edge.Kept.All]));
    }

    private void Publish(int tags)
    {
        while (tags-- > 0 && _steps.MoveNext())
        {
        }
    }

    private async Task AllHaveTheNewestAsync()
    {
        var expected = Described.Timeline(_broadcast.Snapshot);
        var began = Stopwatch.GetTimestamp();
        foreach (var node in Followers)
        {
            while (node.Replica?.Snapshot?.Version != _broadcast.Snapshot.Version)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{node.Address} has {node.Replica?.Snapshot?.Version}");
                node.Ask();
                _time.Advance(TimeSpan.FromMilliseconds(50));
                await Task.Delay(5, Token);
            }

            Assert.Equal(expected, Described.Timeline(node.Replica.Snapshot));
        }
    }

    private sealed class TreeNode : IUpstream, IAsyncDisposable
    {
        private readonly IReadOnlyDictionary<NodeAddress, TreeNode> _all;

        public TreeNode(
            NodeAddress address, Broadcast? own, IReadOnlyDictionary<NodeAddress, TreeNode> all, OriginDirectory origins, TimeProvider time)
        {
            (Address, _all) = (address, all);
            Edge = new(this, origins, time, address);
            Downstream = new(_ => own, Edge.Broadcasts, Edge.Instruments);
        }

        public NodeAddress Address { get; }

        public TestEdge Edge { get; }

        public Downstream Downstream { get; }

        /// <summary>Nobody gets anything from it any more.</summary>
        public CancellationTokenSource Dead { get; } = new();

        public BroadcastReplica? Replica => Edge.Broadcasts.ReplicaOf("mine", "b1");

        /// <summary>Has viewers.</summary>
        public void Ask() => _ = Edge.Broadcasts.NewestAsync("mine", CancellationToken.None).AsTask();

        public async IAsyncEnumerable<FollowEvent> FollowAsync(
            NodeAddress origin, string slug, KnownBroadcast known, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (!_all.TryGetValue(origin, out var node) || node.Dead.IsCancellationRequested)
            {
                throw new UpstreamException("It is gone.");
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, node.Dead.Token, Dead.Token);
            using var served = node.Downstream.Serve(slug, known);
            await using var events = served.Follower.ReadAsync(either.Token).GetAsyncEnumerator(either.Token);
            while (await NextAsync(events, cancellationToken))
            {
                yield return events.Current is FollowEvent.MediaCame came
                    ? came with { Data = MediaBuffer.Copy(came.Data.Memory.Span, []) }
                    : events.Current;
                if (events.Current is FollowEvent.Published published)
                {
                    served.Keep(published.Version);
                }
            }

            if (served.Follower.IsSentAway)
            {
                throw new UpstreamException("It comes from elsewhere.");
            }
        }

        public Task<byte[]?> FetchAsync(
            NodeAddress origin, OriginFile file, Func<long, byte[]> makeRoom, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

        public async ValueTask DisposeAsync()
        {
            await Edge.DisposeAsync();
            Dead.Dispose();
        }

        private static async Task<bool> NextAsync(IAsyncEnumerator<FollowEvent> events, CancellationToken cancellationToken)
        {
            try
            {
                return await events.MoveNextAsync();
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new UpstreamException("It broke off.", e);
            }
        }
    }

    private sealed class OneUpstream(FollowEvent.Began began) : IUpstream
    {
        public async IAsyncEnumerable<FollowEvent> FollowAsync(
            NodeAddress origin, string slug, KnownBroadcast known, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return began;
        }

        public Task<byte[]?> FetchAsync(
            NodeAddress origin, OriginFile file, Func<long, byte[]> makeRoom, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);
    }
}
