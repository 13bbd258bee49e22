using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tracing;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>A place for one run on a worker.</summary>
/// <param name="Worker">The node.</param>
/// <param name="Number">From 0.</param>
public readonly record struct RunSlot(string Worker, int Number)
{
    public override string ToString() => $"{Worker}-{Number}";

    /// <summary>The worker of the slot of that name.</summary>
    public static string WorkerOf(string slot) => slot[..Math.Max(0, slot.LastIndexOf('-'))];
}

/// <summary>What the origin of a broadcast asks of a slot. Who sends it is told how the run ends.</summary>
public interface IRunCommand
{
    /// <summary>The slot that is asked.</summary>
    RunSlot Slot { get; }
}

/// <summary>Begin the run. Its answer is <see cref="RunStarted"/>, <see cref="RunRefused"/> or <see cref="RunEnded"/>.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Run">The run.</param>
/// <param name="Deadline">The origin has given up then: it is not begun any more.</param>
public sealed record StartRun(RunSlot Slot, RunId Run, DateTimeOffset Deadline) : IRunCommand, ITraced
{
    public string? TraceParent { get; init; }

    public ITraced SentIn(string? traceParent) => this with { TraceParent = traceParent };
}

/// <summary>End the run. Nothing to a slot that has another or none.</summary>
public sealed record StopRun(RunSlot Slot, RunId Run) : IRunCommand, ITraced
{
    public string? TraceParent { get; init; }

    public ITraced SentIn(string? traceParent) => this with { TraceParent = traceParent };
}

/// <summary>The run has begun; <see cref="RunEnded"/> follows.</summary>
public sealed record RunStarted(RunId Run);

/// <summary>Why a slot does not begin a run. The numbers are on the wire.</summary>
public enum RunRefusal
{
    /// <summary>It has a run of another broadcast.</summary>
    SlotBusy = 0,

    /// <summary>It knows of a newer run of the broadcast.</summary>
    OldEpoch = 1,

    /// <summary>The origin has given up, or its media is not here.</summary>
    TooLate = 2,
}

/// <summary>The run does not begin.</summary>
public sealed record RunRefused(RunId Run, RunRefusal Reason);

/// <summary>The run has ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="End">How.</param>
/// <param name="Message">A sentence for people; null where there is nothing to say.</param>
public sealed record RunEnded(RunId Run, TranscodeEnd End, string? Message) : ITraced
{
    public string? TraceParent { get; init; }

    public ITraced SentIn(string? traceParent) => this with { TraceParent = traceParent };
}
