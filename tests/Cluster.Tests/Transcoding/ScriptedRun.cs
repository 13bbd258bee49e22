using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Transcoding;

/// <summary>Work on a run that ends when the test says, or when it is stopped.</summary>
internal sealed class ScriptedRun
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<TranscodeResult> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Begun => _begun.Task;

    public bool WasStopped { get; private set; }

    public async Task<TranscodeResult> WorkAsync(CancellationToken stopping)
    {
        _begun.TrySetResult();
        try
        {
            return await End.Task.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            WasStopped = true;
            return new(TranscodeEnd.Cancelled, null);
        }
    }
}
