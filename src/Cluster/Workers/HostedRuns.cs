using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Transcoding;

namespace Streaming.Cluster.Workers;

/// <summary>Why a worker does not take a run.</summary>
public enum WorkerRefusal
{
    /// <summary>It takes it.</summary>
    None,

    /// <summary>All of its slots are taken.</summary>
    NoneFree,

    /// <summary>It has a newer run of the broadcast.</summary>
    OldEpoch,

    /// <summary>It is about to leave.</summary>
    Draining,
}

/// <summary>Runs of other nodes' broadcasts that this worker works on, in its slots beside its own. Safe from anywhere.</summary>
/// <param name="runs">Its slots.</param>
public sealed class HostedRuns(RegionRuns runs)
{
    private readonly Lock _changing = new();
    private readonly HashSet<RunId> _underWay = [];
    private TaskCompletionSource? _drained;

    /// <summary>Told when it begins to drain.</summary>
    public event Action? Changed;

    /// <summary>It takes no more runs. Origins of those under way are told, and have others begin elsewhere.</summary>
    public bool IsDraining => Volatile.Read(ref _drained) is not null;

    /// <summary>Begins a run, or says why not. One that was begun is under way until <see cref="Leave"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">What is to be done; its feed is written with what comes from the origin.</param>
    /// <param name="stopping">Ends it.</param>
    /// <param name="underWay">The run, where it is begun.</param>
    public WorkerRefusal TryBegin(RunId run, RunWork work, CancellationToken stopping, out RunUnderWay? underWay)
    {
        underWay = null;
        lock (_changing)
        {
            if (IsDraining)
            {
                return WorkerRefusal.Draining;
            }

            if (_underWay.Any(other => other.Broadcast == run.Broadcast && other.Epoch >= run.Epoch))
            {
                return WorkerRefusal.OldEpoch;
            }

            if (!runs.TryBegin(run, work, stopping, out underWay))
            {
                return WorkerRefusal.NoneFree;
            }

            _underWay.Add(run);
        }

        return WorkerRefusal.None;
    }

    /// <summary>Takes no more runs, and waits until those under way have ended, for so long at most. Again, it waits too.</summary>
    public async Task DrainAsync(TimeSpan patience, TimeProvider time)
    {
        TaskCompletionSource drained;
        lock (_changing)
        {
            drained = _drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            CompleteIfDrained();
        }

        Changed?.Invoke();
        await drained.Task.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A run has ended, and its origin has been told how.</summary>
    public void Leave(RunId run)
    {
        lock (_changing)
        {
            _underWay.Remove(run);
            CompleteIfDrained();
        }
    }

    private void CompleteIfDrained()
    {
        if (_underWay.Count == 0)
        {
            _drained?.TrySetResult();
        }
    }
}
