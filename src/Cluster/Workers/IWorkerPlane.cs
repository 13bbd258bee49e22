using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Membership;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Workers;

/// <summary>The way to workers on other nodes.</summary>
public interface IWorkerPlane
{
    /// <summary>
    /// Has a run worked on by a worker: gives it what the feed has, and the work's output what comes back. Does not throw: what fails is in the result. A worker
    /// that is gone is <see cref="TranscodeEnd.Lost"/>.
    /// </summary>
    /// <param name="worker">Where.</param>
    /// <param name="run">The run.</param>
    /// <param name="work">What is to be done. Its feed is read by this alone, and not before the worker has taken the run.</param>
    /// <param name="told">Gets what the worker tells meanwhile.</param>
    /// <param name="stopping">Ends it.</param>
    /// <returns>How it ended; null where the worker did not take it, and another may be asked.</returns>
    Task<TranscodeResult?> WorkAsync(NodeAddress worker, RunId run, RunWork work, RunNews told, CancellationToken stopping);
}

/// <summary>What a worker tells of a run while it works on it. Safe from anywhere.</summary>
public sealed class RunNews
{
    private readonly Lock _changing = new();
    private RunProgress _progress = RunProgress.None;
    private volatile bool _isLeaving;

    /// <summary>What it has made by then.</summary>
    public RunProgress Progress
    {
        get
        {
            lock (_changing)
            {
                return _progress;
            }
        }

        set
        {
            lock (_changing)
            {
                _progress = value;
            }
        }
    }

    /// <summary>It is about to leave.</summary>
    public bool IsLeaving
    {
        get => _isLeaving;
        set => _isLeaving = value;
    }
}
