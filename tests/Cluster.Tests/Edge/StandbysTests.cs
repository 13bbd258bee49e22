using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>Each channel has one standby, which all nodes agree on.</summary>
public sealed class StandbysTests : IAsyncLifetime
{
    private static readonly string[] Nodes = ["a:1", "b:1", "c:1", "d:1", "e:1"];

    private readonly LocalUpstream _upstream = new();
    private readonly OriginDirectory _origins = new();
    private readonly IngestNodes _nodes = new();
    private readonly TestEdge _edge;
    private readonly Standbys _standbys;
    private long _round;

    public StandbysTests()
    {
        _edge = new(_upstream, _origins, new FakeTimeProvider());
        _standbys = new(_origins, _nodes, _edge.Broadcasts);
    }

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        _standbys.Dispose();
        await _edge.DisposeAsync();
        _upstream.Dispose();
    }

    [Fact]
    public void NextTo_IsOneOfTheOthers_EvenlySpread_AndOnlyItsChannelsMoveWhenANodeGoes()
    {
        _nodes.Take("a:1", Set(Nodes));
        var slugs = Enumerable.Range(0, 2_000).Select(static number => $"c{number}").ToList();
        var before = slugs.ToDictionary(static slug => slug, slug => _nodes.NextTo("a:1", slug)!);

        Assert.DoesNotContain("a:1", before.Values);
        Assert.All(before.Values.CountBy(static node => node), static node => Assert.InRange(node.Value, 400, 600)); // Of 500.

        _nodes.Take("a:1", Set(Nodes[..4]));
        Assert.All(slugs, slug => Assert.True(before[slug] == "e:1" || before[slug] == _nodes.NextTo("a:1", slug)));
        _nodes.Take("a:1", Set("a:1"));
        Assert.Null(_nodes.NextTo("a:1", "c1"));
    }

    [Fact]
    public void NextTo_IsTheSameInEveryProcess()
    {
        _nodes.Take("a:1", Set(Nodes));

        Assert.Equal(["e:1", "c:1", "d:1"], ((string[])["news", "art", "mine"]).Select(slug => _nodes.NextTo("a:1", slug)));
    }

    [Fact]
    public void Node_FollowsTheChannelsThatItIsTheStandbyOf_AsNodesAndOriginsComeAndGo()
    {
        Tell("b:1", Enumerable.Range(0, 200).Select(static number => $"c{number}"));
        Assert.Equal(0, Standing); // It is not in the cluster yet.

        _nodes.Take("a:1", Set("a:1"));
        Assert.Equal(200, Standing); // Of the others only the origin is left out.

        _nodes.Take("a:1", Set("a:1", "b:1", "c:1"));
        var among = Standing;
        Assert.InRange(among, 60, 140);

        _nodes.Take("a:1", Set("b:1", "c:1")); // It may not ingest.
        Assert.Equal(0, Standing);

        _nodes.Take("a:1", Set("a:1", "b:1", "c:1"));
        Assert.Equal(among, Standing);
        Tell("b:1", []);
        Assert.Equal(among, Standing); // What it has may be all that is left.
        Tell("c:1", Enumerable.Range(0, 200).Select(static number => $"c{number}"));
        Assert.InRange(Standing, 60, 140);
    }

    private double Standing => _edge.Meters["streaming.follow.standbys"];

    private static ImmutableSortedSet<string> Set(params string[] names) => ImmutableSortedSet.Create(StringComparer.Ordinal, names);

    private void Tell(string node, IEnumerable<string> slugs)
    {
        ToldBroadcast[] told = [.. slugs.Select(static slug => new ToldBroadcast(slug, "b1", 1, DateTimeOffset.UnixEpoch, IsPlayable: true))];
        _origins.Take(node, new ToldOrigins(node, new(node[..1], 2), ++_round, 0, 1, told, []));
    }
}
