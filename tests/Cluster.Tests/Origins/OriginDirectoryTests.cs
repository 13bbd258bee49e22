using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;

namespace Streaming.Cluster.Tests.Origins;

/// <summary>What nodes say of their broadcasts adds up, in whatever order it comes.</summary>
public sealed class OriginDirectoryTests
{
    private static readonly NodeAddress Media = new("10.0.0.1", 4054);

    private readonly OriginDirectory _directory = new();
    private readonly List<string> _changed = [];

    public OriginDirectoryTests() => _directory.Changed += _changed.Add;

    [Fact]
    public void Broadcast_ToldOf_IsFoundWithItsNode()
    {
        Tell("a", 1, Of("news", 7));

        Assert.Equal(
            new RemoteBroadcast("news", "b7", 7, DateTimeOffset.UnixEpoch, true, "node a", Media), _directory.Find("news"));
        Assert.Null(_directory.Find("art"));
        Assert.Equal(["news"], _changed);
    }

    [Fact]
    public void Node_SaysTheSameAgain_ChangesNothing()
    {
        Tell("a", 1, Of("news", 7));
        var version = _directory.Version;
        Tell("a", 2, Of("news", 7));

        Assert.Equal(version, _directory.Version);
        Assert.Single(_changed);
    }

    [Fact]
    public void Older_ThatComesLate_ChangesNothing()
    {
        Tell("a", 2, Of("art", 1));
        Tell("a", 1, Of("news", 7));

        Assert.Null(_directory.Find("news"));
        Assert.NotNull(_directory.Find("art"));
    }

    [Fact]
    public void TwoNodes_SayToBeTheOrigin_TheHigherEpochIs()
    {
        Tell("a", 1, Of("news", 8));
        Tell("b", 1, Of("news", 7));
        Assert.Equal("node a", _directory.Find("news")!.Node);

        Tell("b", 2, Of("news", 9));
        Assert.Equal("node b", _directory.Find("news")!.Node);

        Tell("b", 3);
        Assert.Equal(("node a", 8), (_directory.Find("news")!.Node, _directory.Find("news")!.Epoch));
    }

    [Fact]
    public void Node_Gone_IsNobodysOrigin()
    {
        Tell("a", 1, Of("news", 7), Of("art", 8));
        _changed.Clear();

        _directory.Remove("a");

        Assert.Empty(_directory.All);
        Assert.Equal(["art", "news"], _changed.Order());
    }

    [Fact]
    public void Replicas_StayKnown_WhenTheirOriginIsGone()
    {
        Tell("origin", 1, Of("news", 7));
        TellReplicas("a", 1, new("news", "b7", 7), new("art", "b1", 1));
        TellReplicas("b", 1, new ToldReplica("news", "b7", 7));
        RemoteReplica[] both = [new("news", "b7", 7, "node a", Media), new("news", "b7", 7, "node b", Media)];
        Assert.Equal(both, _directory.ReplicasOf("news").OrderBy(static replica => replica.Node));

        _directory.Remove("origin");

        Assert.Null(_directory.Find("news"));
        Assert.Equal(both, _directory.ReplicasOf("news").OrderBy(static replica => replica.Node));
        TellReplicas("a", 2, new ToldReplica("art", "b1", 1));
        Assert.Equal("node b", Assert.Single(_directory.ReplicasOf("news")).Node);
        _directory.Remove("b");
        Assert.Empty(_directory.ReplicasOf("news"));
        Assert.Single(_directory.ReplicasOf("art"));
    }

    [Fact]
    public void Replicas_OfANodeThatCannotBeFollowed_AreNone()
    {
        _directory.Take("node a", new("a", null, 1, 0, 1, [], [new("news", "b7", 7)]));

        Assert.Empty(_directory.ReplicasOf("news"));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(400, 0, 1)]
    [InlineData(399, 1, 1)]
    [InlineData(400, 1, 2)]
    [InlineData(1, 400, 2)]
    [InlineData(500, 700, 3)]
    public void Parts_AreWithinTheirLimit_AndHaveAll(int broadcasts, int replicas, int parts)
    {
        ToldBroadcast[] told = [.. Enumerable.Range(0, broadcasts).Select(static number => Of($"c{number}", 1))];
        ToldReplica[] kept = [.. Enumerable.Range(0, replicas).Select(static number => new ToldReplica($"c{number}", "b", 1))];

        var all = ToldOrigins.Of("a", Media, 1, told, kept).ToList();

        Assert.Equal(parts, all.Count);
        Assert.All(all, part => Assert.InRange(part.Broadcasts.Count + part.Replicas.Count, 0, ToldOrigins.PartMax));
        Assert.Equal(told, all.SelectMany(static part => part.Broadcasts));
        Assert.Equal(kept, all.SelectMany(static part => part.Replicas));
    }

    [Fact]
    public void Many_ToldInParts_AreTakenWhenAllHaveCome_InAnyOrder()
    {
        Tell("a", 1, Of("before", 1));
        var parts = ToldOrigins.Of("a", Media, 2, [.. Enumerable.Range(0, 1_000).Select(static number => Of($"c{number}", 1))], []).ToList();
        Assert.Equal(3, parts.Count);

        _directory.Take("node a", parts[2]);
        _directory.Take("node a", parts[0]);
        _directory.Take("node a", parts[0]);
        Assert.Equal("before", Assert.Single(_directory.All).Slug);

        _directory.Take("node a", parts[1]);
        Assert.Equal(1_000, _directory.All.Count());
        Assert.Null(_directory.Find("before"));
    }

    private static ToldBroadcast Of(string slug, long epoch) => new(slug, $"b{epoch}", epoch, DateTimeOffset.UnixEpoch, true);

    private void TellReplicas(string node, long round, params ToldReplica[] replicas) =>
        _directory.Take("node " + node, new(node, Media, round, 0, 1, [], replicas));

    private void Tell(string node, long round, params ToldBroadcast[] broadcasts)
    {
        foreach (var told in ToldOrigins.Of(node, Media, round, broadcasts, []))
        {
            _directory.Take("node " + node, told);
        }
    }
}
