using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Channels;

/// <summary>The channels' actors.</summary>
public static class ChannelHosting
{
    private const int ShardsMax = 100;
    private const string Region = "channels";

    /// <summary>What the node has of channels.</summary>
    /// <param name="services">The host's; <see cref="EventJournal"/> is among them.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="given">The highest epochs of channels that are known beside the journal.</param>
    public static void AddChannels(
        this IServiceCollection services, string folder, Func<IServiceProvider, IReadOnlyList<(string Slug, long Epoch)>> given)
    {
        services.AddSingleton<ChannelJournal>();
        services.AddSingleton(provider => ChannelDirectory.Open(
            folder,
            provider.GetRequiredService<ChannelJournal>(),
            given(provider),
            provider.GetRequiredService<ILogger<ChannelDirectory>>()));
        services.AddSingleton(static provider => new ChannelRegistry(
            provider.GetRequiredService<ChannelDirectory>(),
            () => provider.GetRequiredService<IRequiredActor<ChannelEntity>>().ActorRef,
            provider.GetRequiredService<EventJournal>(),
            () => Akka.Cluster.Cluster.Get(provider.GetRequiredService<ActorSystem>()).SelfUniqueAddress.ToString(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ChannelInstruments>()));
        services.AddSingleton<ChannelClaims>();
        services.AddHostedService<ChannelWarmUp>();
    }

    /// <summary>
    /// Starts the shard region of <see cref="ChannelEntity"/>, and this node's <see cref="ChannelFollower"/> and
    /// <see cref="UnansweredCommands"/>.
    /// </summary>
    public static void WithChannels(this AkkaConfigurationBuilder builder, IServiceProvider provider)
    {
        // Not when an entity begins: the host may have ended by then.
        var (instruments, actors) = (provider.GetService<ChannelInstruments>(), provider.GetService<ActorInstruments>());
        builder.WithShardRegion<ChannelEntity>(
            Region,
            (system, _, _) => slug => PropsOf(slug, DistributedPubSub.Get(system).Mediator, instruments, actors),
            new BySlug(),
            new ShardOptions());
        builder.WithActors((_, registry) => actors?.WatchRegion(Region, "channel", registry.Get<ChannelEntity>()));
        builder.WithActors((system, _) => system.ActorOf(
            ChannelFollower.PropsOf(
                provider.GetRequiredService<ChannelDirectory>(),
                provider.GetRequiredService<ChannelJournal>(),
                DistributedPubSub.Get(system).Mediator,
                [.. provider.GetServices<IChannelListener>()]),
            "channel-follower"));
        builder.WithActors(static (system, _) => system.ActorOf(Props.Create<UnansweredCommands>(), "unanswered-commands"));
    }

    public static Props PropsOf(
        string slug, IActorRef? mediator, ChannelInstruments? instruments = null, ActorInstruments? actors = null) =>
        Props.Create(() => new ChannelEntity(slug, mediator, instruments, actors));

    private sealed class BySlug() : HashCodeMessageExtractor(ShardsMax)
    {
        public override string EntityId(object message) => (message as IChannelCommand)?.Slug!;
    }
}
