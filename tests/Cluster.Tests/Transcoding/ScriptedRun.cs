using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Transcoding;

/// <summary>Work on a run that ends when the test says, or when it is stopped.</summary>
internal sealed class ScriptedRun
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<TranscodeResult> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Begun => _begun.Task;

    /// <summary>It does not end when it is stopped, but with <see cref="End"/> alone.</summary>
    public bool Refuses { get; init; }

    /// <summary>Completes when it is stopped.</summary>
    public Task Stopping => _stopping.Task;

    public bool WasStopped { get; private set; }

    public async Task<TranscodeResult> WorkAsync(CancellationToken stopping)
    {
        await using var registration = stopping.Register(_stopping.SetResult);
        _begun.TrySetResult();
        try
        {
            return await End.Task.WaitAsync(Refuses ? CancellationToken.None : stopping);
        }
        catch (OperationCanceledException)
        {
            WasStopped = true;
            return new(TranscodeEnd.Cancelled, null);
        }
    }
}
