using System.Diagnostics;
using Akka.Actor;
using Streaming.Cluster.Tracing;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// What the origin has of one run in a slot: asks for it, hears of its end, and tells the ladder so where the slot does not answer in
/// time. A child of the system's guardian; it owns the run's result, which is there at its death at the latest, and lives until the
/// slot is free. A run has few messages.
/// </summary>
internal sealed class RunRequest : UntypedActor, IWithTimers
{
    private const string DeadlineKey = "deadline";

    private readonly IActorRef _region;
    private readonly StartRun _start;
    private readonly RunDeadlines _deadlines;
    private readonly RequestedRun _requested;
    private readonly SlotInstruments? _instruments;
    private Activity? _asking; // The slot, to begin the run or to end it.
    private bool _hasBegun;
    private bool _isStopping;

    public RunRequest(
        IActorRef region, StartRun start, RunDeadlines deadlines, RequestedRun requested, SlotInstruments? instruments = null) =>
        (_region, _start, _deadlines, _requested, _instruments) = (region, start, deadlines, requested, instruments);

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartSingleTimer(DeadlineKey, DeadlinePassed.Instance, _deadlines.Start);
        _asking = RunTraces.Asking(_start);
        _region.Tell(_start with { TraceParent = _asking?.Id });
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RunStarted started when started.Run == _start.Run:
                Context.Watch(Sender);
                _hasBegun = true;
                if (!_isStopping)
                {
                    Timers.Cancel(DeadlineKey);
                    EndAsking();
                }

                break;
            case RunRefused refused when refused.Run == _start.Run:
                if (!_isStopping)
                {
                    _instruments?.Refused(refused.Reason);
                    _asking?.Fail(SlotInstruments.NameOf(refused.Reason));
                }

                End(_isStopping ? new(TranscodeEnd.Cancelled, null) : Unavailable(SentenceOf(refused.Reason)));
                break;
            case RunEnded ended when ended.Run == _start.Run:
                (_isStopping ? _asking : RunTraces.Ended(ended))?.EndWith(ended.End, ended.Message);
                End(new(ended.End, ended.Message));
                break;
            case StopRun:
                Stop(new(TranscodeEnd.Cancelled, null));
                break;
            case Terminated:
                // Its end may still be told, by the run itself.
                Timers.StartSingleTimer(DeadlineKey, DeadlinePassed.Instance, _deadlines.Stop);
                break;
            case DeadlinePassed:
                GiveUp();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        EndAsking();
        _requested.End(Unavailable("The server is going down."));
    }

    protected override void PreRestart(Exception reason, object message) =>
        _requested.GiveUp(new(TranscodeEnd.Failed, $"The server failed at a run of the transcoder: {reason.Message}"));

    /// <summary>It does not ask again: its ladder has heard an end, and what the slot has is to end as well.</summary>
    protected override void PostRestart(Exception reason) => Stop(new(TranscodeEnd.Cancelled, null));

    /// <summary>Has it end, in time; what no slot has taken ends here.</summary>
    private void Stop(TranscodeResult neverBegun)
    {
        Timers.StartSingleTimer(DeadlineKey, DeadlinePassed.Instance, _deadlines.Stop);
        _isStopping = true;
        EndAsking();
        var stop = new StopRun(_start.Slot, _start.Run);
        _asking = RunTraces.AskingToStop(stop);
        _region.Tell(stop with { TraceParent = _asking?.Id });
        if (_requested.TryTakeBack())
        {
            End(neverBegun);
        }
    }

    /// <summary>The ladder waits no longer. What the slot has goes on until it ends, and this with it.</summary>
    private void GiveUp()
    {
        var result = Unavailable(_isStopping
            ? $"The transcoder did not end within {_deadlines.Stop.TotalSeconds:0.#} s after it was told to."
            : "The worker of the transcoder does not answer.");
        _instruments?.Unanswered(wasToEnd: _isStopping || _hasBegun);
        _asking?.Fail("timeout");
        if (!_isStopping)
        {
            Stop(result);
        }

        _requested.GiveUp(result);
    }

    private static TranscodeResult Unavailable(string sentence) => new(TranscodeEnd.Unavailable, sentence);

    private static string SentenceOf(RunRefusal refusal) => refusal switch
    {
        RunRefusal.SlotBusy => "The worker of the transcoder has another broadcast's run.",
        RunRefusal.OldEpoch => "The worker of the transcoder has a newer run of the broadcast.",
        _ => "The worker of the transcoder was asked too late.",
    };

    private void EndAsking()
    {
        _asking?.End();
        _asking = null;
    }

    private void End(TranscodeResult result)
    {
        _requested.End(result);
        Context.Stop(Self);
    }

    private sealed class DeadlinePassed
    {
        public static readonly DeadlinePassed Instance = new();
    }
}
