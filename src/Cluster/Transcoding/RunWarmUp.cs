using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Streaming.Cluster.Broadcasts.Rungs;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// Has the shards of the first slots placed with the node's start, so that no run waits for whoever places them: that one may have died in the moment in
/// which a run is to be taken over. There is one for each core; runs are slow where there are more than that.
/// </summary>
internal sealed class RunWarmUp(IServiceProvider services, RunSlots slots) : IHostedService
{
    // No broadcast has this id, and so nothing comes of it.
    private static readonly RunId Nobody = new("-", 0);

    /// <summary>Has it begin as soon as the node is a member of the cluster, and does not wait: the node is ready without.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var cluster = Akka.Cluster.Cluster.Get(services.GetRequiredService<ActorSystem>());
        var region = services.GetRequiredService<IRequiredActor<TranscodeRunEntity>>().ActorRef;
        cluster.RegisterOnMemberUp(() =>
        {
            for (var number = 0; number < Math.Min(slots.Count, Environment.ProcessorCount); number++)
            {
                region.Tell(new StopRun(new RunSlot(cluster.SelfAddress.HostPort(), number), Nobody), ActorRefs.NoSender);
            }
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
