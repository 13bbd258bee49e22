using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Broadcasts.Instruments;

/// <summary>Faults of ours in what stands beside a broadcast's source, which goes on: counted, and told.</summary>
internal sealed partial class BranchFaults(string broadcastId, ILogger logger, BroadcastInstruments? instruments)
{
    private long _count;

    /// <summary>Faults so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>What fails once may fail with every picture: it is told the first time, the second, the fourth…</summary>
    public void Add(string branch, Exception exception)
    {
        instruments?.Failed(branch);
        var count = Interlocked.Increment(ref _count);
        if (BitOperations.IsPow2(count))
        {
            LogBranchFailed(logger, broadcastId, branch, count, exception);
        }
    }

    [LoggerMessage(214, LogLevel.Error, "{BroadcastId}: the {Branch} failed (fault {Count}); the source goes on")]
    private static partial void LogBranchFailed(
        ILogger logger, string broadcastId, string branch, long count, Exception exception);
}
