using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Hosting;

namespace Streaming.Cluster.Membership;

/// <summary>Whether the cluster lets this node do its part. For who asks whether the node is ready.</summary>
public static class ClusterAnswer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Ends when the node is a member, and whoever places the entities has answered.</summary>
    /// <typeparam name="TEntity">The entities, the channels for instance, by the key of their region.</typeparam>
    /// <exception cref="InvalidOperationException">The node is none, or nobody has answered; the message says which.</exception>
    public static async Task AwaitAsync<TEntity>(ActorSystem system, CancellationToken cancellationToken)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);

        // One that has just become a member sees it a moment later.
        while (cluster.SelfMember.Status is not MemberStatus.Up and var status)
        {
            if (cluster.IsTerminated || cancellationToken.IsCancellationRequested)
            {
                throw new InvalidOperationException(
                    $"The node is no member of its cluster yet, or no more: it is {status.ToString().ToLowerInvariant()}.");
            }

            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
        }

        var region = ActorRegistry.For(system).Get<TEntity>();
        try
        {
            await region.Ask<CurrentRegions>(GetCurrentRegions.Instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            throw new InvalidOperationException("Nobody in the cluster answers who places the channels.", e);
        }
    }
}
