using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Transcoding;

namespace Streaming.Cluster.Workers;

/// <summary>Runs on other nodes than those that have the broadcasts.</summary>
public static class WorkerHosting
{
    /// <summary>
    /// What a node has of the workers of its cluster. Where it is alone nobody is known, and it works on runs itself. Needs <see cref="IWorkerPlane"/>; comes after
    /// <see cref="RunHosting.AddTranscodeRuns"/>.
    /// </summary>
    public static void AddWorkers(this IServiceCollection services)
    {
        services.AddSingleton<WorkerDirectory>();
        services.AddSingleton<WorkerInstruments>();
        services.AddSingleton<HostedRuns>();
        services.AddSingleton<PlacedRuns>();
        services.AddSingleton<ITranscodeRuns>(static provider => provider.GetRequiredService<PlacedRuns>());
    }

    /// <summary>Starts what tells and hears of workers.</summary>
    /// <param name="builder">The actor system's.</param>
    /// <param name="provider">The host's.</param>
    /// <param name="media">Where this node takes runs of others; null where it does not.</param>
    public static void WithWorkers(this AkkaConfigurationBuilder builder, IServiceProvider provider, Func<NodeAddress?> media) =>
        builder.WithActors((system, _) => system.ActorOf(
            Props.Create(() => new WorkerTeller(
                provider.GetRequiredService<WorkerDirectory>(),
                provider.GetRequiredService<RunSlots>(),
                provider.GetRequiredService<HostedRuns>(),
                media)),
            "worker-teller"));
}
