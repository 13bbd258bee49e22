using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Gcs;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Storage;

/// <summary>
/// Tells at the start whether the bucket takes media. A node starts without it too: viewers have the live edge from memory, and
/// <c>/health/ready</c> says what is wrong.
/// </summary>
internal sealed partial class BucketCheck(
    IMediaStorage storage, GcsOptions bucket, ILogger<BucketCheck> logger, SpillingStorage? spill = null) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (spill is null)
            {
                await storage.CheckAsync(cancellationToken);
            }
            else if (await spill.FindTroubleAsync(cancellationToken) is { } trouble)
            {
                LogDoesNot(bucket.Bucket, trouble);
                return;
            }

            LogTakes(bucket.Bucket, bucket switch
            {
                { IsEmulator: true } => $" of the emulator at {bucket.Endpoint}",
                { Endpoint: { } endpoint } => $" at {endpoint}",
                _ => "",
            });
        }
        catch (IOException e)
        {
            LogDoesNot(bucket.Bucket, e.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(340, LogLevel.Information, "Media is kept in the bucket {Bucket}{Place}")]
    private partial void LogTakes(string bucket, string place);

    [LoggerMessage(341, LogLevel.Error, "The bucket {Bucket} takes no media as yet: {Reason}")]
    private partial void LogDoesNot(string bucket, string reason);
}
