using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>Works on runs in this process, each at once. For ladders outside of a node.</summary>
internal sealed class DirectRuns : ITranscodeRuns
{
    public static DirectRuns Instance { get; } = new();

    public Task<TranscodeResult> RunAsync(
        RunId run, Func<CancellationToken, Task<TranscodeResult>> work, CancellationToken stopping) =>
        Task.Run(() => work(stopping), CancellationToken.None);
}
