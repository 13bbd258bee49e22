using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Membership;

/// <summary>What a node does before it leaves its cluster, or is made to: ends what only it can end.</summary>
/// <param name="EndAsync">Does it, and again nothing.</param>
public sealed record Leaving(Func<Task> EndAsync);

/// <summary>Whether the others have taken this node out of their cluster: because they did not hear it, say. Another run of it may come back.</summary>
public sealed class LostMembership
{
    private volatile bool _isSo;

    public bool IsSo
    {
        get => _isSo;
        internal set => _isSo = value;
    }
}

/// <summary>
/// The node as a member of its cluster. The first hosted service to start and the last to stop, so that all others find actors that
/// answer. Where the cluster itself ends the membership, the host ends after it.
/// </summary>
public sealed class ClusterNode(
    AkkaConfigurationBuilder builder,
    IServiceProvider services,
    Joining joining,
    Leaving leaving,
    LostMembership lost,
    ILogger<ClusterNode> logger,
    IHostApplicationLifetime lifetime)
    : AkkaHostedService(builder, services, logger, lifetime)
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        ActorSystem system;
        try
        {
            system = ServiceProvider.GetRequiredService<ActorSystem>();
        }
        catch (Exception e) when (e is ConfigurationException or FormatException or TypeLoadException)
        {
            throw new InvalidOperationException($"Akka.NET does not start with what is configured below 'akka': {e.Message}", e);
        }

        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "leave", async () =>
        {
            lost.IsSo = CoordinatedShutdown.Get(system).ShutdownReason is CoordinatedShutdown.ClusterDowningReason;
            await leaving.EndAsync().ConfigureAwait(false);
            return Done.Instance;
        });
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        joining.Begin(system);
    }

    /// <summary>Ends what is to end, and leaves the cluster, unless there is nobody to hand anything over to.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (ActorSystem is { } system && Akka.Cluster.Cluster.Get(system).State.Members.Count <= 1)
        {
            await leaving.EndAsync().ConfigureAwait(false);
            await CoordinatedShutdown.Get(system)
                .Run(CoordinatedShutdown.ClrExitReason.Instance, CoordinatedShutdown.PhaseBeforeActorSystemTerminate)
                .ConfigureAwait(false);
        }
        else
        {
            await base.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
