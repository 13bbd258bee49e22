using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>Works on runs in this process, each at once. For ladders outside of a node.</summary>
internal sealed class DirectRuns(LadderOptions options, TimeProvider time, ILogger logger) : ITranscodeRuns
{
    public RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping)
    {
        var session = work.SessionWith(options, time, logger);
        return new(() => session.Progress, Task.Run(() => session.RunAsync(stopping), CancellationToken.None));
    }
}
