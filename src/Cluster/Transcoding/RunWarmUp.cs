using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Streaming.Cluster.Broadcasts.Rungs;

namespace Streaming.Cluster.Transcoding;

/// <summary>Has the first slot's shard placed with the node's start, so that the first run does not wait for it.</summary>
internal sealed class RunWarmUp(IServiceProvider services) : IHostedService
{
    // No broadcast has this id, and so nothing comes of it.
    private static readonly RunId Nobody = new("-", 0);

    /// <summary>Has it begin as soon as the node is a member of the cluster, and does not wait: the node is ready without.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var cluster = Akka.Cluster.Cluster.Get(services.GetRequiredService<ActorSystem>());
        var region = services.GetRequiredService<IRequiredActor<TranscodeRunEntity>>().ActorRef;
        cluster.RegisterOnMemberUp(
            () => region.Tell(new StopRun(new RunSlot(cluster.SelfAddress.HostPort(), 0), Nobody), ActorRefs.NoSender));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
