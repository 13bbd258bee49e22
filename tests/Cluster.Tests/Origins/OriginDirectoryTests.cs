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
    public void Many_ToldInParts_AreTakenWhenAllHaveCome_InAnyOrder()
    {
        Tell("a", 1, Of("before", 1));
        var parts = ToldOrigins.Of("a", Media, 2, [.. Enumerable.Range(0, 1_000).Select(static number => Of($"c{number}", 1))]).ToList();
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

    private void Tell(string node, long round, params ToldBroadcast[] broadcasts)
    {
        foreach (var told in ToldOrigins.Of(node, Media, round, broadcasts))
        {
            _directory.Take("node " + node, told);
        }
    }
}
