using System.Diagnostics;
using Akka.Actor;
using Streaming.Cluster.Tracing;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// What the origin has of one run in a slot: asks for it, hears of its end, and gives it up where the slot does not answer in time. A child of
/// the system's guardian; it owns the run's result, which is there at its death at the latest. A run has few messages.
/// </summary>
internal sealed class RunRequest : UntypedActor, IWithTimers
{
    private const string DeadlineKey = "deadline";

    private readonly IActorRef _region;
    private readonly StartRun _start;
    private readonly RunDeadlines _deadlines;
    private readonly TaskCompletionSource<TranscodeResult> _result;
    private readonly SlotInstruments? _instruments;
    private Activity? _asking; // The slot, to begin the run or to end it.
    private bool _hasBegun;
    private bool _isStopping;

    public RunRequest(
        IActorRef region,
        StartRun start,
        RunDeadlines deadlines,
        TaskCompletionSource<TranscodeResult> result,
        SlotInstruments? instruments) =>
        (_region, _start, _deadlines, _result, _instruments) = (region, start, deadlines, result, instruments);

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
            case StopRun stop:
                _isStopping = true;
                EndAsking();
                _asking = RunTraces.AskingToStop(stop);
                _region.Tell(stop with { TraceParent = _asking?.Id });
                Timers.StartSingleTimer(DeadlineKey, DeadlinePassed.Instance, _deadlines.Stop);
                break;
            case Terminated:
                // Its end may still be told, by the run itself.
                Timers.StartSingleTimer(DeadlineKey, DeadlinePassed.Instance, _deadlines.Stop);
                break;
            case DeadlinePassed:
                _instruments?.Unanswered(wasToEnd: _isStopping || _hasBegun);
                _asking?.Fail("timeout");
                _region.Tell(new StopRun(_start.Slot, _start.Run));
                End(Unavailable("The worker of the transcoder does not answer."));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        EndAsking();
        _result.TrySetResult(Unavailable("The server is going down."));
    }

    protected override void PreRestart(Exception reason, object message) =>
        _result.TrySetResult(new(TranscodeEnd.Failed, $"The server failed at a run of the transcoder: {reason.Message}"));

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
        _result.TrySetResult(result);
        Context.Stop(Self);
    }

    private sealed class DeadlinePassed
    {
        public static readonly DeadlinePassed Instance = new();
    }
}
