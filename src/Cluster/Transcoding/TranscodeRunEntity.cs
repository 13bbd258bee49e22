using System.Diagnostics;
using Akka.Actor;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tracing;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// A slot of a worker: has one run of the transcoder at most. Sharded by slot; its parent is its shard, which starts it with the
/// first message. It owns the run under way: its death ends that, and the run's origin is told when it has ended. Its mailbox has two
/// commands at most of each origin's run.
/// </summary>
public sealed class TranscodeRunEntity(WaitingRuns waiting, TimeProvider time, ActorInstruments? actors = null) : UntypedActor
{
    private static readonly TranscodeResult Lost = new(TranscodeEnd.Unavailable, "The worker of the transcoder was stopped.");

    private readonly ActorLife _life = new(actors, "run");
    private UnderWay? _underWay;
    private (StartRun Start, IActorRef Origin)? _next;
    private RunId _newest;

    public static Props PropsOf(WaitingRuns waiting, TimeProvider time, ActorInstruments? actors = null) =>
        Props.Create(() => new TranscodeRunEntity(waiting, time, actors));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartRun start:
                Begin(start, Sender);
                break;
            case StopRun stop:
                Stop(stop);
                break;
            case Finished finished when finished.UnderWay == _underWay:
                Next();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _life.Restarts();
        base.PreRestart(reason, message);
    }

    /// <summary>Also before a restart. The origin is told by the run itself, which outlives this actor by its last moments.</summary>
    protected override void PostStop()
    {
        _life.Stops();
        _underWay?.Stop(Lost);
        _underWay = null;
        if (_next is { } next)
        {
            next.Origin.Tell(new RunEnded(next.Start.Run, Lost.End, Lost.Message));
        }

        _next = null;
    }

    private void Begin(StartRun start, IActorRef origin)
    {
        var activity = RunTraces.Beginning(start);
        BeginOrRefuse(start, origin);
        activity?.SetTag(
            Traces.Outcome, _underWay?.Run == start.Run ? "started" : _next?.Start.Run == start.Run ? "waits" : "refused");
        activity?.End();
    }

    private void BeginOrRefuse(StartRun start, IActorRef origin)
    {
        var run = start.Run;
        if (_underWay?.Run == run)
        {
            origin.Tell(new RunStarted(run));
        }
        else if (run.Broadcast == _newest.Broadcast && run.Epoch < _newest.Epoch)
        {
            origin.Tell(new RunRefused(run, RunRefusal.OldEpoch));
        }
        else if (_underWay is not null && _underWay.Run.Broadcast != run.Broadcast)
        {
            origin.Tell(new RunRefused(run, RunRefusal.SlotBusy));
        }
        else if (_underWay is not null)
        {
            // A newer run of the same broadcast: it begins when the older one has ended.
            if (_next is { } older && older.Start.Run != run)
            {
                older.Origin.Tell(new RunRefused(older.Start.Run, RunRefusal.OldEpoch));
            }

            _newest = run;
            _next = (start, origin);
            _underWay.Stop(null);
        }
        else if (time.GetUtcNow() >= start.Deadline || !waiting.TryTake(run, out var work))
        {
            origin.Tell(new RunRefused(run, RunRefusal.TooLate));
        }
        else
        {
            _newest = run;
            _underWay = new UnderWay(run, new CancellationTokenSource());
            origin.Tell(new RunStarted(run));
            _ = WorkAsync(_underWay, work, origin, Self);
        }
    }

    private void Stop(StopRun stop)
    {
        var run = stop.Run;
        if (_underWay?.Run == run)
        {
            _underWay.Ending ??= RunTraces.Stopping(stop);
            _underWay.Stop(null);
        }
        else if (_next is { } next && next.Start.Run == run)
        {
            _next = null;
            next.Origin.Tell(new RunEnded(run, TranscodeEnd.Cancelled, null));
        }
    }

    private void Next()
    {
        _underWay?.LetGo();
        _underWay = null;
        if (_next is { } next)
        {
            _next = null;
            Begin(next.Start, next.Origin);
        }
    }

    /// <summary>
    /// Off the actor's thread: starting a process takes milliseconds. Does not throw. The slot is free before the origin hears of the end.
    /// </summary>
    private static async Task WorkAsync(
        UnderWay underWay, Func<CancellationToken, Task<TranscodeResult>> work, IActorRef origin, IActorRef self)
    {
        TranscodeResult result;
        try
        {
            result = await Task.Run(() => work(underWay.Stopping), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            result = new(TranscodeEnd.Failed, $"The server failed at a run of the transcoder: {e.Message}");
        }

        self.Tell(new Finished(underWay));
        result = result.End == TranscodeEnd.Cancelled && underWay.Reason is { } reason ? reason : result;
        var ending = underWay.Ending ?? RunTraces.Ending(underWay.Run);
        origin.Tell(new RunEnded(underWay.Run, result.End, result.Message) { TraceParent = ending?.Id });
        ending?.EndWith(result.End, result.Message);
    }

    private sealed record Finished(UnderWay UnderWay);

    /// <summary>The run that the slot has.</summary>
    private sealed class UnderWay(RunId run, CancellationTokenSource stopping)
    {
        private volatile TranscodeResult? _reason;
        private volatile Activity? _ending;

        public RunId Run => run;

        public CancellationToken Stopping { get; } = stopping.Token;

        /// <summary>Why it was stopped, if that was not for its origin.</summary>
        public TranscodeResult? Reason => _reason;

        /// <summary>Its end, where somebody asked for that and somebody listens.</summary>
        public Activity? Ending
        {
            get => _ending;
            set => _ending = value;
        }

        public void Stop(TranscodeResult? reason)
        {
            _reason ??= reason;

            // What ends with the run does so on threads of its own.
            _ = stopping.CancelAsync();
        }

        /// <summary>It has ended.</summary>
        public void LetGo() => stopping.Dispose();
    }
}
