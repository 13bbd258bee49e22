using Streaming.Cluster.Channels;
using Streaming.Cluster.Recordings;

namespace Streaming.Gateway.Recordings;

/// <summary>Lets recordings go whose time or channel is over, for as long as the node runs.</summary>
internal sealed class RecordingRetention(RecordingLibrary recordings, ChannelRemoval removal) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(recordings.RunRetentionAsync(stoppingToken), removal.RunAsync(stoppingToken));
}
