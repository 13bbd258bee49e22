using System.Diagnostics;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tracing;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>Beginnings and ends of runs as activities; the time in between, which may be days, is none.</summary>
internal static class RunTraces
{
    private const string Start = "run/start";
    private const string Stop = "run/stop";
    private const string End = "run/end";

    /// <summary>The origin asks a slot to begin a run.</summary>
    public static Activity? Asking(StartRun start) =>
        Of(start.Run, start.Slot, Traces.BeginLong(Start, ActivityKind.Client));

    /// <summary>The slot decides whether it begins it.</summary>
    public static Activity? Beginning(StartRun start) =>
        Of(start.Run, start.Slot, Traces.BeginLong(Start, ActivityKind.Server, start.TraceParent));

    /// <summary>The origin asks the slot to end it.</summary>
    public static Activity? AskingToStop(StopRun stop) =>
        Of(stop.Run, stop.Slot, Traces.BeginLong(Stop, ActivityKind.Client));

    /// <summary>The slot ends it: until nothing of it is left.</summary>
    public static Activity? Stopping(StopRun stop) =>
        Of(stop.Run, stop.Slot, Traces.BeginLong(Stop, ActivityKind.Server, stop.TraceParent));

    /// <summary>A run has ended by itself, in its slot.</summary>
    public static Activity? Ending(RunId run) => Of(run, null, Traces.BeginLong(End, ActivityKind.Producer));

    /// <summary>Its origin hears of it.</summary>
    public static Activity? Ended(RunEnded ended) =>
        Of(ended.Run, null, Traces.BeginLong(End, ActivityKind.Consumer, ended.TraceParent));

    /// <summary>How the run ended: all but two ends are failures.</summary>
    public static void EndWith(this Activity activity, TranscodeEnd end, string? sentence)
    {
        var name = TranscoderInstruments.NameOf(end);
        activity.SetTag(Traces.Outcome, name);
        if (end is not (TranscodeEnd.Completed or TranscodeEnd.Cancelled))
        {
            activity.Fail(name, sentence);
        }

        activity.End();
    }

    private static Activity? Of(RunId run, RunSlot? slot, Activity? activity)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(Traces.Broadcast, run.Broadcast).SetTag("streaming.run.epoch", run.Epoch);
            if (slot is { } known)
            {
                activity.SetTag("streaming.slot", known.ToString());
            }
        }

        return activity;
    }
}
