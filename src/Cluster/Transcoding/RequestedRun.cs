using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// A run that was asked for: how it ends for its ladder, and when its slot has nothing of it any more. The one comes in time, the
/// other when it is so. Safe from anywhere.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="takeBack">Takes its work away; false when a slot has it.</param>
internal sealed class RequestedRun(RunId run, Func<bool> takeBack)
{
    private readonly TaskCompletionSource<TranscodeResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunId Run => run;

    /// <summary>How it ends. Does not fail.</summary>
    public Task<TranscodeResult> Result => _result.Task;

    /// <summary>Completes when its slot is free.</summary>
    public Task Left => _left.Task;

    /// <summary>It never begins, and its slot is free; false when a slot has it.</summary>
    public bool TryTakeBack()
    {
        var isBack = takeBack();
        if (isBack)
        {
            _left.TrySetResult();
        }

        return isBack;
    }

    /// <summary>Its ladder hears that; its slot may have it still.</summary>
    public void GiveUp(TranscodeResult result) => _result.TrySetResult(result);

    /// <summary>It has ended, or never begins.</summary>
    public void End(TranscodeResult result)
    {
        _left.TrySetResult();
        _result.TrySetResult(result);
    }
}
