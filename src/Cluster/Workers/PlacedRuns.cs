using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Transcoding;

namespace Streaming.Cluster.Workers;

/// <summary>
/// Has the runs of this node's broadcasts worked on by the workers of the cluster, as <see cref="Placement"/> chooses them, one after another until one takes
/// the run. A run that stays on this node does so as on a node that is alone: its media does not leave the process.
/// </summary>
/// <param name="workers">The other workers.</param>
/// <param name="slots">The slots of this node.</param>
/// <param name="local">Works on runs here.</param>
/// <param name="plane">The way to the others.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Of runs that find no worker, or lose it.</param>
/// <param name="instruments">Count them; null for nobody who asks.</param>
public sealed partial class PlacedRuns(
    WorkerDirectory workers,
    RunSlots slots,
    RegionRuns local,
    IWorkerPlane plane,
    TimeProvider time,
    ILogger<PlacedRuns> logger,
    WorkerInstruments? instruments = null) : ITranscodeRuns
{
    private readonly FailedWorkers _failed = new(time);

    public RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping) =>
        workers.All.Count == 0 ? local.Begin(run, work, stopping) : new PlacedRun(this, run, work, stopping).UnderWay;

    internal RegionRuns Here => local;

    internal IWorkerPlane There => plane;

    internal FailedWorkers Failed => _failed;

    internal WorkerInstruments? Instruments => instruments;

    private Worker? Self => slots.Count == 0 ? null : new(
        "", "", Media: null, slots.Count, slots.Taken, Environment.ProcessorCount, 0, TimeSpan.Zero, IsDraining: false, []);

    /// <summary>The worker to ask next; null when all that have room were.</summary>
    internal Worker? Choose(string broadcast, IReadOnlyCollection<string> asked) => Placement.Choose(
        [.. workers.All.Where(worker => !asked.Contains(worker.Node))],
        asked.Contains("") ? null : Self,
        worker => _failed.Has(worker.Node, broadcast),
        Random.Shared);

    /// <summary>Whether another worker than that one may do better with a run of the broadcast.</summary>
    internal bool HasBetter(Worker than, string broadcast) =>
        workers.All.Any(other => other.HasRoom && other.Node != than.Node && !_failed.Has(other.Node, broadcast));

    internal void Lost(RunId run, string worker, string? reason, bool isFrozen)
    {
        instruments?.Lost(isFrozen);
        LogLost(run.Broadcast, run.Epoch, worker, reason);
    }

    [LoggerMessage(334, LogLevel.Warning,
        "Run {Epoch} of the transcoder for broadcast {Broadcast} is lost with its worker {Worker}; another is begun: {Reason}")]
    private partial void LogLost(string broadcast, int epoch, string worker, string? reason);
}
