using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>The actors of transcode runs.</summary>
public static class RunHosting
{
    private const string Role = "transcode";

    private const string Region = "runs";

    /// <summary>What the node has of transcode runs.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="options">What runs are made with.</param>
    /// <param name="isWorker">The node works on runs; else it has no slots for them.</param>
    public static void AddTranscodeRuns(this IServiceCollection services, LadderOptions options, bool isWorker)
    {
        services.AddSingleton<WaitingRuns>();
        services.AddSingleton(new RunSlots(isWorker ? options.RunsMax : 0));
        services.AddSingleton(provider => new RegionRuns(
            provider.GetRequiredService<ActorSystem>,
            () => provider.GetRequiredService<IRequiredActor<TranscodeRunEntity>>().ActorRef,
            () => Akka.Cluster.Cluster.Get(provider.GetRequiredService<ActorSystem>()).SelfAddress.HostPort(),
            provider.GetRequiredService<RunSlots>(),
            provider.GetRequiredService<WaitingRuns>(),
            RunDeadlines.Default,
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RegionRuns>>(),
            provider.GetService<SlotInstruments>()));
        services.AddSingleton<ITranscodeRuns>(static provider => provider.GetRequiredService<RegionRuns>());
        if (isWorker)
        {
            services.AddHostedService<RunWarmUp>();
        }
    }

    /// <summary>Starts the shard region of <see cref="TranscodeRunEntity"/> on a node that works on runs, and on others a proxy to it.</summary>
    /// <param name="builder">The actor system's.</param>
    /// <param name="provider">The host's.</param>
    /// <param name="isWorker">The node works on runs.</param>
    public static void WithTranscodeRuns(this AkkaConfigurationBuilder builder, IServiceProvider provider, bool isWorker)
    {
        if (!isWorker)
        {
            builder.WithActors(static async (system, registry) => registry.Register<TranscodeRunEntity>(
                await ClusterSharding.Get(system).StartProxyAsync(Region, Role, new BySlot()).ConfigureAwait(false)));
            return;
        }

        // Not when a slot begins: the host may have ended by then.
        var (waiting, time) = (provider.GetRequiredService<WaitingRuns>(), provider.GetRequiredService<TimeProvider>());
        var actors = provider.GetService<ActorInstruments>();
        builder.WithActors(async (system, registry) =>
        {
            // A run has no messages while it goes on; its slot is not idle.
            var settings = ClusterShardingSettings.Create(system)
                .WithRole(Role)
                .WithPassivateIdleAfter(TimeSpan.Zero);
            var cluster = Akka.Cluster.Cluster.Get(system);
            var region = await ClusterSharding.Get(system).StartAsync(
                Region,
                _ => TranscodeRunEntity.PropsOf(waiting, time, actors),
                settings,
                new BySlot(),
                new SlotAllocation(() => cluster.SelfAddress),
                PoisonPill.Instance).ConfigureAwait(false);
            registry.Register<TranscodeRunEntity>(region);
            actors?.WatchRegion(Region, "run", region);
        });
    }

    /// <summary>A shard is a slot.</summary>
    private sealed class BySlot : IMessageExtractor
    {
        public string EntityId(object message) => (message as IRunCommand)?.Slot.ToString()!;

        public object EntityMessage(object message) => message;

        public string ShardId(object message) => EntityId(message);

        public string ShardId(string entityId, object? messageHint = null) => entityId;
    }
}
