using Streaming.Cluster.Recordings;

namespace Streaming.Gateway.Recordings;

/// <summary>Lets recordings go whose time is over, for as long as the node runs.</summary>
internal sealed class RecordingRetention(RecordingLibrary recordings) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => recordings.RunRetentionAsync(stoppingToken);
}
