using Akka.Actor;
using Akka.TestKit;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Tests.Rtmp;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Transcoding;

/// <summary>
/// A run that does not end when it is to, such as one whose process hangs in the kernel: its ladder waits no longer than it has to,
/// nobody else gets its slot, and the operator is told.
/// </summary>
public sealed class OverdueRunTests : Akka.TestKit.Xunit.TestKit
{
    private const string Overdue = "streaming.slots.overdue";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly RunId First = new("mine", 1);
    private static readonly RunId Other = new("other", 1);

    private readonly WaitingRuns _waiting = new();
    private readonly RunSlots _slots = new(2);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CapturedLog _log = new();
    private readonly TestMeters _meters = new();
    private readonly TestProbe _region;
    private readonly IActorRef _slot;
    private readonly RegionRuns _runs;
    private readonly ScriptedRun _run = new() { Refuses = true };

    public OverdueRunTests()
        : base(TestActors.ConfigurationOfVirtualTime)
    {
        _region = CreateTestProbe();
        _slot = Sys.ActorOf(TranscodeRunEntity.PropsOf(_waiting, TimeProvider.System));
        _runs = new(
            () => Sys, () => _region, () => "alone:1", _slots, _waiting, RunDeadlines.Default, new LadderOptions(), TimeProvider.System,
            _log, new SlotInstruments(_meters, _slots));
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Stop_RunDoesNotEnd_LadderHearsAnEndAfterTenSecondsAndTheSlotIsKept()
    {
        var running = await StopAsync();
        Scheduler.Advance(RunDeadlines.Default.Stop - Moment);
        Assert.False(running.IsCompleted);

        Scheduler.Advance(Moment);
        Assert.Equal(
            new(TranscodeEnd.Unavailable, "The transcoder did not end within 10 s after it was told to."),
            await running.WaitAsync(Patience));
        Assert.Equal(1, _slots.Take());
        Assert.Null(_slots.Take());
        Assert.StartsWith(
            "Run 1 of the transcoder for broadcast mine does not end; slot 0 is kept", Assert.Single(_log.Told), StringComparison.Ordinal);
        Assert.Equal(1, _meters[Overdue]);

        _run.End.SetResult(new(TranscodeEnd.Cancelled, null));
        await UntilAsync(() => _slots.Take() == 0);
        Assert.Equal(0, _meters[Overdue]);
        Assert.Contains("slot 0 is free", _log.Told.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterARunThatDoesNotEnd_TakesAnotherSlot()
    {
        var running = await StopAsync();
        Scheduler.Advance(RunDeadlines.Default.Stop);
        await running.WaitAsync(Patience);

        var next = new ScriptedRun();
        var second = _runs.RunAsync(Other, next.WorkAsync, CancellationToken.None);
        var start = await _region.ExpectMsgAsync<StartRun>(Patience);
        Assert.Equal(1, start.Slot.Number);
        _region.Forward(Sys.ActorOf(TranscodeRunEntity.PropsOf(_waiting, TimeProvider.System)));
        next.End.SetResult(new(TranscodeEnd.Completed, null));

        Assert.Equal(TranscodeEnd.Completed, (await second.WaitAsync(Patience)).End);
    }

    [Fact]
    public async Task SlotDies_RunDoesNotEnd_LadderHearsAnEndAndTheSlotIsKept()
    {
        var running = await StartAsync();
        Watch(_slot);
        _slot.Tell(PoisonPill.Instance);
        await ExpectTerminatedAsync(_slot, Patience);

        // The request hears of the death on a thread of its own.
        await UntilAsync(() =>
        {
            Scheduler.Advance(RunDeadlines.Default.Stop);
            return running.IsCompleted;
        });
        Assert.Equal(new(TranscodeEnd.Unavailable, "The worker of the transcoder does not answer."), await running);
        Assert.Equal(1, _slots.Take());

        _run.End.SetResult(new(TranscodeEnd.Cancelled, null));
        await UntilAsync(() => _slots.Take() == 0);
    }

    [Fact]
    public async Task Start_TakenAndNotAnswered_LadderHearsAnEndAndTheSlotIsKeptUntilTheRunHasEnded()
    {
        var running = _runs.RunAsync(First, _run.WorkAsync, _stopping.Token);
        var start = await _region.ExpectMsgAsync<StartRun>(Patience);
        var request = _region.LastSender;
        Assert.True(_waiting.TryTake(First, out _)); // The slot has it, and its answer gets lost.
        Scheduler.Advance(RunDeadlines.Default.Start);

        Assert.Equal(TranscodeEnd.Unavailable, (await running.WaitAsync(Patience)).End);
        Assert.Equal(new StopRun(start.Slot, First), await _region.ExpectMsgAsync<StopRun>(Patience));
        Assert.Equal(1, _slots.Take());

        request.Tell(new RunEnded(First, TranscodeEnd.Cancelled, null), _region);
        await UntilAsync(() => _slots.Take() == 0);
    }

    [Fact]
    public async Task Request_Failing_LadderHearsSoAndTheRunIsToEndAndNotAskedForAgain()
    {
        var region = new FailingOnce(_region, Sys);
        var runs = new RegionRuns(
            () => Sys, () => region, () => "alone:1", _slots, _waiting, RunDeadlines.Default, new LadderOptions(), TimeProvider.System, _log);
        var running = runs.RunAsync(First, _run.WorkAsync, _stopping.Token);
        var start = await _region.ExpectMsgAsync<StartRun>(Patience);
        var request = _region.LastSender;
        Assert.True(_waiting.TryTake(First, out _)); // The slot has it.
        await _stopping.CancelAsync();

        Assert.Equal(TranscodeEnd.Failed, (await running.WaitAsync(Patience)).End);
        Assert.Equal(new StopRun(start.Slot, First), await _region.ExpectMsgAsync<StopRun>(Patience));
        Assert.Equal(1, _slots.Take());

        request.Tell(new RunEnded(First, TranscodeEnd.Cancelled, null), _region);
        await UntilAsync(() => _slots.Take() == 0);
        await _region.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    protected override void Dispose(bool disposing)
    {
        _run.End.TrySetResult(new(TranscodeEnd.Cancelled, null));
        _stopping.Dispose();
        _meters.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Has the run begin in its slot.</summary>
    private async Task<Task<TranscodeResult>> StartAsync()
    {
        var running = _runs.RunAsync(First, _run.WorkAsync, _stopping.Token);
        await _region.ExpectMsgAsync<StartRun>(Patience);
        _region.Forward(_slot);
        await _run.Begun.WaitAsync(Patience);
        return running;
    }

    /// <summary>Has it told to end, which it does not.</summary>
    private async Task<Task<TranscodeResult>> StopAsync()
    {
        var running = await StartAsync();
        await _stopping.CancelAsync();
        await _region.ExpectMsgAsync<StopRun>(Patience);
        _region.Forward(_slot);
        await _run.Stopping.WaitAsync(Patience);
        return running;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(Moment, patience.Token);
        }
    }

    /// <summary>A way to an actor on which the first wish that a run ends fails.</summary>
    private sealed class FailingOnce(IActorRef actor, ActorSystem system) : MinimalActorRef
    {
        private bool _hasFailed;

        public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath();

        public override IActorRefProvider Provider { get; } = ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (message is StopRun && !_hasFailed)
            {
                _hasFailed = true;
                throw new InvalidOperationException("A fault of ours.");
            }

            actor.Tell(message, sender);
        }
    }
}
