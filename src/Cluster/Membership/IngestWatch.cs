using Akka.Actor;
using Akka.Cluster;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Keeps <see cref="IngestNodes"/>. A local actor below the user guardian; owns nothing: what it knows is told to it anew when it starts. Its mailbox has a
/// message for each node that comes or goes.
/// </summary>
internal sealed class IngestWatch(IngestNodes nodes) : UntypedActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);

    protected override void PreStart() =>
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is ClusterEvent.IMemberEvent { Member: var member })
        {
            var name = ClusterNodes.NameOf(member.Address);
            var mayIngest = member.Status == MemberStatus.Up && (member.Roles.Count == 0 || member.HasRole(IngestNodes.Role));
            nodes.Take(ClusterNodes.NameOf(_cluster.SelfAddress), mayIngest ? nodes.Names.Add(name) : nodes.Names.Remove(name));
        }
    }
}
