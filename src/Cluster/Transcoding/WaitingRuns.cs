using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// Runs whose media is on this node and that no slot has taken yet: no message carries media. Who takes a run away alone has it, be it the slot
/// that begins it or the origin that gives up. Safe from anywhere.
/// </summary>
public sealed class WaitingRuns
{
    private readonly ConcurrentDictionary<RunId, Func<CancellationToken, Task<TranscodeResult>>> _runs = new();

    /// <summary>Runs that wait; each has its own slot, so there are no more than slots.</summary>
    public int Count => _runs.Count;

    /// <summary>A run waits to be taken.</summary>
    public void Add(RunId run, Func<CancellationToken, Task<TranscodeResult>> work) => _runs[run] = work;

    /// <summary>Takes it away; false when somebody else has.</summary>
    public bool TryTake(RunId run, [NotNullWhen(true)] out Func<CancellationToken, Task<TranscodeResult>>? work) =>
        _runs.TryRemove(run, out work);
}
