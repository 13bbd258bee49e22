using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Origins;

/// <summary>What nodes know of each other's broadcasts.</summary>
public static class OriginHosting
{
    /// <summary>Starts what tells and hears of origins.</summary>
    /// <param name="builder">The actor system's.</param>
    /// <param name="provider">The host's.</param>
    /// <param name="media">Where this node gives its media to others; null where it does not.</param>
    public static void WithOrigins(this AkkaConfigurationBuilder builder, IServiceProvider provider, Func<NodeAddress?> media) =>
        builder.WithActors((system, _) => system.ActorOf(
            Props.Create(() => new OriginTeller(
                provider.GetRequiredService<LiveChannels>(),
                provider.GetRequiredService<KeptReplicas>(),
                provider.GetRequiredService<OriginDirectory>(),
                media)),
            "origin-teller"));
}
