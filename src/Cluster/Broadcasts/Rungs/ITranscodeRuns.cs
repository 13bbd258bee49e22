using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>A transcode run of a broadcast.</summary>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Epoch">Grows with every run of the broadcast.</param>
public readonly record struct RunId(string Broadcast, int Epoch);

/// <summary>Where the runs of ladders are worked on.</summary>
public interface ITranscodeRuns
{
    /// <summary>Has a run worked on. Does not throw, and does not wait before it returns: what fails is in the result.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">Works on it until it ends or is cancelled. Called once at most, never on the caller's thread.</param>
    /// <param name="stopping">Ends it.</param>
    Task<TranscodeResult> RunAsync(RunId run, Func<CancellationToken, Task<TranscodeResult>> work, CancellationToken stopping);
}
