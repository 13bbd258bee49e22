using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Actors;

/// <summary>What is told of the node's actors.</summary>
public static class ActorHosting
{
    /// <summary>Has messages that reach nobody counted and told.</summary>
    public static void WithLostMessages(this AkkaConfigurationBuilder builder, IServiceProvider provider)
    {
        var logger = provider.GetRequiredService<ILogger<LostMessages>>();
        var (instruments, time) = (provider.GetService<ActorInstruments>(), provider.GetRequiredService<TimeProvider>());
        var ending = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        builder.WithActors((system, _) => LostMessages.Watch(system, instruments, time, logger, ending));
    }
}
