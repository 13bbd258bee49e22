using Streaming.Cluster.Removal;
using Streaming.Cluster.Recordings;

namespace Streaming.Gateway.Recordings;

/// <summary>
/// Lets recordings go whose time or channel is over, follows what other nodes do to them, and stores the manifests of new ones, for as long
/// as the node runs.
/// </summary>
internal sealed class RecordingRetention(RecordingLibrary recordings, ChannelRemoval removal) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(
                recordings.RunRetentionAsync(stoppingToken),
                recordings.RunManifestsAsync(stoppingToken),
                recordings.RunFollowingAsync(stoppingToken),
                removal.RunAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops. It counts as a fault where it was not told to: where its start failed.
        }
    }
}
