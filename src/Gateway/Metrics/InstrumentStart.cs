using Streaming.Cluster.Live;
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
        services.GetRequiredService<LiveInstruments>().Observe(() => services.GetRequiredService<LiveChannels>().All);
        services.GetRequiredService<IMediaStorage>();
        services.GetRequiredService<PlaybackInstruments>();
        services.GetRequiredService<ConnectionInstruments>();
        services.GetRequiredService<AccessInstruments>();
        services.GetRequiredService<LogInstruments>();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
