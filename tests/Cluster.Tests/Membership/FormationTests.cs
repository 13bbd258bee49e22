using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>A cluster is joined where there is one, and begun by one node where there is none and all agree.</summary>
public sealed class FormationTests
{
    private static readonly NodeAddress A = new("10.0.0.1", 4053);
    private static readonly NodeAddress B = new("10.0.0.2", 4053);
    private static readonly NodeAddress C = new("10.0.0.3", 4053);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Cluster_ThatIsThere_IsJoinedAtOnce_ButNotByWayOfThisNodesEarlierRun()
    {
        var formation = new Formation(A, 2, _time);

        Assert.Equal([B, C], Assert.IsType<FormationStep.Join>(formation.Next(Found(3), [Says(A), In(B, A, B, C)])).Members);
        Assert.IsType<FormationStep.Wait>(formation.Next(Found(3), [Says(A), In(B, A)]));
    }

    [Fact]
    public void Lowest_WithAllAnswersForAWhile_BeginsWhenAllNameIt()
    {
        var formation = new Formation(A, 2, _time);
        ContactAnswer[] undecided = [Says(A), Says(B), Says(C)];
        Waits(formation.Next(Found(3), undecided), "3 nodes were found, and others may come within 5 s");
        Assert.Null(formation.Candidate);

        _time.Advance(Formation.StableFor);
        Waits(formation.Next(Found(3), undecided), "this node is to begin a cluster, and not all others see that yet");
        Assert.Equal(A, formation.Candidate);

        Assert.IsType<FormationStep.Wait>(formation.Next(Found(3), [Says(A), Says(B, A), Says(C, B)]));
        Assert.IsType<FormationStep.Begin>(formation.Next(Found(3), [Says(A), Says(B, A), Says(C, A)]));
    }

    [Fact]
    public void Another_ThatIsLower_IsWaitedFor()
    {
        var formation = new Formation(B, 2, _time);
        formation.Next(Found(2), [Says(A), Says(B)]);
        _time.Advance(Formation.StableFor);

        Waits(formation.Next(Found(2), [Says(A), Says(B, B)]), "10.0.0.1:4053 is to begin a cluster");
        Assert.Equal(A, formation.Candidate);
    }

    [Fact]
    public void Node_ThatDoesNotAnswer_IsWaitedFor()
    {
        var formation = new Formation(A, 2, _time);
        formation.Next(Found(3), []);
        _time.Advance(Formation.StableFor);

        Waits(formation.Next(Found(3), [Says(A), Says(B, A)]), "1 of 3 nodes that were found do not answer");
        Assert.Null(formation.Candidate);
    }

    [Fact]
    public void Node_FoundLate_HasEverythingWaitAnew()
    {
        var formation = new Formation(A, 2, _time);
        formation.Next(Found(2), [Says(A), Says(B)]);
        _time.Advance(Formation.StableFor);
        Assert.IsType<FormationStep.Begin>(formation.Next(Found(2), [Says(A), Says(B, A)]));

        Assert.IsType<FormationStep.Wait>(formation.Next(Found(3), [Says(A), Says(B, A), Says(C, A)]));
        _time.Advance(Formation.StableFor - TimeSpan.FromTicks(1));
        Assert.IsType<FormationStep.Wait>(formation.Next(Found(3), [Says(A), Says(B, A), Says(C, A)]));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.IsType<FormationStep.Begin>(formation.Next(Found(3), [Says(A), Says(B, A), Says(C, A)]));
    }

    [Fact]
    public void Nodes_FewerThanAreNeeded_BeginNone_AlsoWhereOneIsFoundTwice()
    {
        var formation = new Formation(A, 2, _time);
        formation.Next(Found(2), [Says(A), Says(A)]);
        _time.Advance(Formation.StableFor);

        Waits(formation.Next(Found(2), [Says(A), Says(A)]), "1 of at least 2 nodes were found");
        var alone = new Formation(A, 1, _time);
        alone.Next(Found(2), [Says(A), Says(A)]);
        _time.Advance(Formation.StableFor);
        Assert.IsType<FormationStep.Begin>(alone.Next(Found(2), [Says(A), Says(A)]));
    }

    private static void Waits(FormationStep step, string reason) => Assert.Equal(reason, Assert.IsType<FormationStep.Wait>(step).Reason);

    private static HashSet<NodeAddress> Found(int count) =>
        [.. Enumerable.Range(1, count).Select(static number => new NodeAddress($"10.0.0.{number}", 4054))];

    private static ContactAnswer Says(NodeAddress self, NodeAddress? candidate = null) => new(self, [], candidate);

    private static ContactAnswer In(NodeAddress self, params NodeAddress[] members) => new(self, members, null);
}
