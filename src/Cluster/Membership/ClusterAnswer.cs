using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Streaming.Cluster.Channels;

namespace Streaming.Cluster.Membership;

/// <summary>Whether the cluster lets this node do its part. For who asks whether the node is ready.</summary>
public static class ClusterAnswer
{
    /// <summary>Ends when the node is a member, the cluster reaches it, and whoever places the channels' entities has answered.</summary>
    /// <exception cref="InvalidOperationException">The node is none; the message says what it is.</exception>
    public static async Task AwaitAsync(ActorSystem system, CancellationToken cancellationToken)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var member = cluster.SelfMember;
        if (member.Status is not MemberStatus.Up)
        {
            throw new InvalidOperationException(
                $"The node is no member of its cluster yet, or no more: it is {member.Status.ToString().ToLowerInvariant()}.");
        }

        var region = ActorRegistry.For(system).Get<ChannelEntity>();
        await region.Ask<CurrentRegions>(GetCurrentRegions.Instance, cancellationToken).ConfigureAwait(false);
    }
}
