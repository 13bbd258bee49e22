using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Streaming.Cluster.Channels;

/// <summary>Has the channels' actors and their journal begin with the node, so that the first broadcaster does not wait for it.</summary>
internal sealed class ChannelWarmUp(IServiceProvider services) : IHostedService
{
    // Can name no channel, and so nothing comes of it.
    private const string Nobody = "-";

    /// <summary>Has it begin as soon as the node is a member of the cluster, and does not wait: the node is ready without.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var registry = services.GetRequiredService<ChannelRegistry>();
        Akka.Cluster.Cluster.Get(services.GetRequiredService<ActorSystem>()).RegisterOnMemberUp(() => _ = AskAsync(registry));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Nobody waits for it: it does not throw.</summary>
    private static async Task AskAsync(ChannelRegistry registry)
    {
        try
        {
            await registry.ClearAsync(Nobody).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChannelsUnavailableException or ObjectDisposedException)
        {
            // Who really asks is told; or the node has ended meanwhile.
        }
    }
}
