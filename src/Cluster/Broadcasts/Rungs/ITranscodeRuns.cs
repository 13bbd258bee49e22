using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>A transcode run of a broadcast.</summary>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Epoch">Grows with every run of the broadcast.</param>
public readonly record struct RunId(string Broadcast, int Epoch);

/// <summary>What is to be done in a run, and the ends of its media's ways in this node.</summary>
/// <param name="Run">What is made of what.</param>
/// <param name="Feed">What it is fed.</param>
/// <param name="PartTarget">The part target of its rungs.</param>
/// <param name="Output">Takes what it makes; while that waits, the run does.</param>
public sealed record RunWork(
    TranscodeRun Run, RunFeed Feed, TimeSpan PartTarget, Func<RungMedia, CancellationToken, ValueTask> Output)
{
    /// <summary>A session that does it in this process.</summary>
    internal TranscodeSession SessionWith(LadderOptions options, TimeProvider time, ILogger logger) =>
        new(Run, Feed, options, PartTarget, Output, time, logger);
}

/// <summary>All that a ladder knows of a run that it has begun, wherever that is worked on.</summary>
/// <param name="Progress">
/// What it has made, as far as this node knows: told by the worker now and then, not picture by picture. Looked at about once a second.
/// Safe from anywhere; waits for nothing.
/// </param>
/// <param name="Ended">Its end. Does not fail.</param>
public sealed record RunUnderWay(Func<RunProgress> Progress, Task<TranscodeResult> Ended)
{
    /// <summary>Its worker is about to leave: another run is to follow at the next boundary. Safe from anywhere.</summary>
    public Func<bool> IsLeaving { get; init; } = static () => false;

    /// <summary>
    /// Gives it up, since it gives nothing: it ends as <see cref="TranscodeEnd.Lost"/> at once. False where no other worker could do better, and it goes on.
    /// </summary>
    public Func<bool> TryLeave { get; init; } = static () => false;
}

/// <summary>Where the runs of ladders are worked on.</summary>
public interface ITranscodeRuns
{
    /// <summary>Has a run worked on. Does not wait before it returns: what fails is in the result.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">What is to be done. Begun once at most, never on the caller's thread.</param>
    /// <param name="stopping">Ends it.</param>
    RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping);
}
