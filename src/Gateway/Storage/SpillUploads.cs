using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Storage;

/// <summary>Brings into the bucket what waits on disk for it, for as long as the node runs.</summary>
internal sealed class SpillUploads(SpillingStorage storage) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await storage.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops. What waits goes on waiting at the next start.
        }
    }
}
