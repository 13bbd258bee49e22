using Streaming.Cluster.Actors;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Transcoding;
using Streaming.Cluster.Workers;
using Streaming.Gateway.Access;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Logging;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.Metrics;

/// <summary>Makes all instruments at the start. What is looked at is told from then on, what is counted from its first event on.</summary>
internal sealed class InstrumentStart : IHostedService
{
    public InstrumentStart(IServiceProvider services)
    {
        // Metrics are sent once more when the host is gone, and its services with it.
        var channels = services.GetRequiredService<LiveChannels>();
        services.GetRequiredService<LiveInstruments>().Observe(() => channels.All);
        services.GetRequiredService<ActorInstruments>();
        services.GetRequiredService<ChannelInstruments>();
        services.GetRequiredService<SlotInstruments>();
        services.GetRequiredService<WorkerInstruments>();
        services.GetRequiredService<IMediaStorage>();
        services.GetRequiredService<PlaybackInstruments>();
        services.GetRequiredService<FollowInstruments>();
        services.GetRequiredService<ConnectionInstruments>();
        services.GetRequiredService<AccessInstruments>();
        services.GetRequiredService<LogInstruments>();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
