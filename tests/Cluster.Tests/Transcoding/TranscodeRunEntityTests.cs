using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Transcoding;

/// <summary>A slot has one run at most, and who asked for it hears of its end, whatever happens.</summary>
public sealed class TranscodeRunEntityTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly RunSlot Slot = new("alone:1", 0);
    private static readonly RunId Second = new("mine", 2);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly WaitingRuns _waiting = new();
    private readonly IActorRef _entity;

    public TranscodeRunEntityTests()
        : base(TestActors.Configuration) => _entity = Sys.ActorOf(TranscodeRunEntity.PropsOf(_waiting, _time));

    [Fact]
    public async Task Start_RunsAndTellsTheEnd()
    {
        var run = Offer(Second);
        await StartAsync(Second);
        run.End.SetResult(new(TranscodeEnd.Crashed, "It ended."));

        await ExpectAsync(new RunEnded(Second, TranscodeEnd.Crashed, "It ended."));
        Assert.Equal(0, _waiting.Count);
    }

    [Fact]
    public async Task Start_ThatThrows_IsAFailedRunAndTheSlotIsFree()
    {
        _waiting.Add(Second, static _ => throw new InvalidOperationException("no luck"));
        await StartAsync(Second);
        await ExpectAsync(new RunEnded(
            Second, TranscodeEnd.Failed, "The server failed at a run of the transcoder: no luck"));

        Offer(new("other", 1));
        await StartAsync(new("other", 1));
    }

    [Fact]
    public async Task Start_OfAnotherBroadcast_IsRefusedWhileTheSlotIsBusy()
    {
        Offer(Second);
        await StartAsync(Second);
        var other = new RunId("other", 7);
        Offer(other);
        Tell(other);

        await ExpectAsync(new RunRefused(other, RunRefusal.SlotBusy));
        Assert.Equal(1, _waiting.Count);
    }

    [Fact]
    public async Task Start_OfAnOlderEpoch_IsRefused_AlsoAfterTheNewerRun()
    {
        var run = Offer(Second);
        await StartAsync(Second);
        Tell(Second with { Epoch = 1 });
        await ExpectAsync(new RunRefused(Second with { Epoch = 1 }, RunRefusal.OldEpoch));

        run.End.SetResult(new(TranscodeEnd.Completed, null));
        await ExpectAsync(new RunEnded(Second, TranscodeEnd.Completed, null));
        Tell(Second with { Epoch = 1 });
        await ExpectAsync(new RunRefused(Second with { Epoch = 1 }, RunRefusal.OldEpoch));
    }

    [Fact]
    public async Task Start_OfANewerEpoch_EndsTheOlderRunAndThenBegins()
    {
        Offer(Second);
        await StartAsync(Second);
        var third = Second with { Epoch = 3 };
        Offer(third);
        Tell(third);

        var told = new[] { await NextAsync(), await NextAsync() };
        Assert.Contains(new RunEnded(Second, TranscodeEnd.Cancelled, null), told);
        Assert.Contains(new RunStarted(third), told);
    }

    [Fact]
    public async Task Start_SaidTwice_IsOneRun()
    {
        Offer(Second);
        await StartAsync(Second);
        await StartAsync(Second);
    }

    [Fact]
    public async Task Start_AfterItsDeadline_IsRefused()
    {
        Offer(Second);
        _time.Advance(TimeSpan.FromSeconds(5));
        _entity.Tell(new StartRun(Slot, Second, _time.GetUtcNow()), TestActor);
        await ExpectAsync(new RunRefused(Second, RunRefusal.TooLate));
    }

    [Fact]
    public async Task Start_OfWhatTheOriginTookBack_IsRefused()
    {
        Tell(Second);
        await ExpectAsync(new RunRefused(Second, RunRefusal.TooLate));
    }

    [Fact]
    public async Task Stop_EndsTheRun_AndNoOther()
    {
        Offer(Second);
        await StartAsync(Second);
        _entity.Tell(new StopRun(Slot, Second with { Epoch = 1 }), TestActor);
        await StartAsync(Second); // It is there still.

        _entity.Tell(new StopRun(Slot, Second), TestActor);
        await ExpectAsync(new RunEnded(Second, TranscodeEnd.Cancelled, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Death_WithARun_IsToldAsUnavailable(bool isKilled)
    {
        var run = Offer(Second);
        await StartAsync(Second);
        _entity.Tell(isKilled ? Kill.Instance : PoisonPill.Instance);

        await ExpectAsync(new RunEnded(Second, TranscodeEnd.Unavailable, "The worker of the transcoder was stopped."));
        Assert.True(run.WasStopped);
    }

    private ScriptedRun Offer(RunId id)
    {
        var run = new ScriptedRun();
        _waiting.Add(id, run.WorkAsync);
        return run;
    }

    private void Tell(RunId run) =>
        _entity.Tell(new StartRun(Slot, run, _time.GetUtcNow() + TimeSpan.FromSeconds(5)), TestActor);

    private async Task StartAsync(RunId run)
    {
        Tell(run);
        await ExpectAsync(new RunStarted(run));
    }

    private async Task ExpectAsync(object message) => Assert.Equal(message, await NextAsync());

    private async Task<object> NextAsync() => await ReceiveOneAsync(Patience);
}
