using Akka.Actor;
using Akka.Cluster;

namespace Streaming.Cluster.Membership;

/// <summary>A node of the cluster, as this one sees it.</summary>
/// <param name="Name"><c>host:port</c>.</param>
/// <param name="Status">Akka's word for what it is: <c>joining</c>, <c>weaklyup</c>, <c>up</c>, <c>leaving</c>, <c>exiting</c>, <c>down</c>.</param>
/// <param name="IsReachable">It is heard.</param>
/// <param name="IsSelf">It is the one that is asked.</param>
/// <param name="IsLeader">It is the one that lets others in and out.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Version">Of its program.</param>
public sealed record ClusterNodeState(
    string Name, string Status, bool IsReachable, bool IsSelf, bool IsLeader, IReadOnlyList<string> Roles, string Version);

/// <summary>The nodes of the cluster.</summary>
public static class ClusterNodes
{
    /// <summary>All of them as this one sees them, the oldest first.</summary>
    public static IReadOnlyList<ClusterNodeState> Of(ActorSystem system)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var state = cluster.State;
        return
        [
            .. state.Members.Order(Member.AgeOrdering).Select(member => new ClusterNodeState(
                NameOf(member.Address),
                member.Status.ToString().ToLowerInvariant(),
                !state.Unreachable.Contains(member),
                member.UniqueAddress.Equals(cluster.SelfUniqueAddress),
                member.Address == state.Leader,
                [.. member.Roles.Order(StringComparer.Ordinal)],
                member.AppVersion.ToString())),
        ];
    }

    /// <summary>There is another one that can go on with what this one has: it is up, and heard.</summary>
    public static bool HasOthers(ActorSystem system) =>
        Of(system).Any(static node => node is { IsSelf: false, IsReachable: true, Status: "up" });

    /// <summary>What people call the node at an address.</summary>
    public static string NameOf(Address address) => new NodeAddress(address.Host ?? "", address.Port ?? 0).ToString();
}
