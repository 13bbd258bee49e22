using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Cluster.Tests.Membership;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Transcoding;

/// <summary>The origin's side of a run: it hears an end in every case, and its slot is free then.</summary>
public sealed class RegionRunsTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly RunDeadlines Patient = new(Patience, Patience);
    private static readonly RunDeadlines Short = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
    private static readonly RunId First = new("mine", 1);

    private readonly WaitingRuns _waiting = new();
    private readonly RunSlots _slots = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TestMeters _meters = new();
    private readonly SlotInstruments _instruments;

    public RegionRunsTests()
        : base(TestActors.Configuration) => _instruments = new(_meters, _slots);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _meters.Dispose();
    }

    [Fact]
    public async Task Run_RegionNeverAnswers_IsUnavailableAndNeverBegins()
    {
        var run = new ScriptedRun();
        var result = await Over(ActorRefs.Nobody, Short).RunAsync(First, run.WorkAsync, _stopping.Token).WaitAsync(Patience);

        Assert.Equal(new(TranscodeEnd.Unavailable, "The worker of the transcoder does not answer."), result);
        Assert.False(run.Begun.IsCompleted);
        Assert.Equal(1, _meters["streaming.slots.unanswered asked=begin"]);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Run_StoppedBeforeTheRegionAnswers_IsCancelled()
    {
        var running = Over(ActorRefs.Nobody, Patient).RunAsync(First, new ScriptedRun().WorkAsync, _stopping.Token);
        await _stopping.CancelAsync();

        Assert.Equal(TranscodeEnd.Cancelled, (await running.WaitAsync(Patience)).End);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Run_RegionCannotBeAsked_IsUnavailable()
    {
        var runs = Over(() => throw new InvalidOperationException("gone"), Patient);
        var result = await runs.RunAsync(First, new ScriptedRun().WorkAsync, _stopping.Token);

        Assert.Equal(TranscodeEnd.Unavailable, result.End);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Run_NoSlotIsFree_IsUnavailable_AndPossibleAfterwards()
    {
        var runs = Over(Entity(), Patient);
        var first = new ScriptedRun();
        var running = runs.RunAsync(First, first.WorkAsync, _stopping.Token);
        await first.Begun.WaitAsync(Patience);

        var refused = await runs.RunAsync(new("other", 1), new ScriptedRun().WorkAsync, _stopping.Token);
        Assert.Equal(new(TranscodeEnd.Unavailable, "All 1 places for runs of the transcoder are taken."), refused);
        Assert.Equal(1, _meters["streaming.slots.refused reason=none_free"]);
        Assert.Equal(1, _meters["streaming.slots.taken"]);

        first.End.SetResult(new(TranscodeEnd.Completed, null));
        Assert.Equal(TranscodeEnd.Completed, (await running.WaitAsync(Patience)).End);
        var second = new ScriptedRun();
        second.End.SetResult(new(TranscodeEnd.Completed, null));
        Assert.Equal(
            TranscodeEnd.Completed, (await runs.RunAsync(new("other", 1), second.WorkAsync, _stopping.Token).WaitAsync(Patience)).End);
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(RunRefusal.SlotBusy, "slot_busy")]
    [InlineData(RunRefusal.OldEpoch, "old_epoch")]
    [InlineData(RunRefusal.TooLate, "too_late")]
    public async Task Run_RefusedByItsSlot_IsCountedByReason(RunRefusal reason, string name)
    {
        var slot = CreateTestProbe();
        var running = Over(slot, Patient).RunAsync(First, new ScriptedRun().WorkAsync, _stopping.Token);
        await slot.ExpectMsgAsync<StartRun>(Patience);
        slot.Reply(new RunRefused(First, reason));

        Assert.Equal(TranscodeEnd.Unavailable, (await running.WaitAsync(Patience)).End);
        Assert.Equal(1, _meters[$"streaming.slots.refused reason={name}"]);
    }

    [Fact]
    public async Task Run_WhoseSlotDoesNotEndIt_IsCounted()
    {
        var slot = CreateTestProbe();
        var running = Over(slot, Patient with { Stop = Short.Stop }).RunAsync(First, new ScriptedRun().WorkAsync, _stopping.Token);
        await slot.ExpectMsgAsync<StartRun>(Patience);
        Assert.True(_waiting.TryTake(First, out _));
        slot.Reply(new RunStarted(First));
        await _stopping.CancelAsync();

        Assert.Equal(TranscodeEnd.Unavailable, (await running.WaitAsync(Patience)).End);
        await UntilAsync(() => _meters["streaming.slots.unanswered asked=end"] == 1);
    }

    [Fact]
    public async Task Run_ItsSlotDies_IsUnavailable()
    {
        var entity = Entity();
        var run = new ScriptedRun();
        var running = Over(entity, Patient).RunAsync(First, run.WorkAsync, _stopping.Token);
        await run.Begun.WaitAsync(Patience);
        entity.Tell(Kill.Instance);

        Assert.Equal(TranscodeEnd.Unavailable, (await running.WaitAsync(Patience)).End);
        Assert.True(run.WasStopped);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Run_OfANode_GoesThroughTheRegionAndEndsWhenStopped()
    {
        using var folder = new TemporaryFolder();
        await using var member = await ClusterMember.StartAsync(folder);
        var run = new ScriptedRun();
        var running = member.Runs.RunAsync(First, run.WorkAsync, _stopping.Token);
        await run.Begun.WaitAsync(Patience);
        await _stopping.CancelAsync();

        Assert.Equal(new(TranscodeEnd.Cancelled, null), await running.WaitAsync(Patience));
        Assert.True(run.WasStopped);
    }

    [Fact]
    public void Slots_TheSmallestFreeOneIsTaken()
    {
        var slots = new RunSlots(3);
        Assert.Equal([0, 1, 2, null], new[] { slots.Take(), slots.Take(), slots.Take(), slots.Take() });
        slots.Give(1);
        slots.Give(0);
        Assert.Equal([0, 1, null], new[] { slots.Take(), slots.Take(), slots.Take() });
    }

    private RegionRuns Over(IActorRef region, RunDeadlines deadlines) => Over(() => region, deadlines);

    private RegionRuns Over(Func<IActorRef> region, RunDeadlines deadlines) => new(
        () => Sys, region, () => "alone:1", _slots, _waiting, deadlines, new LadderOptions(), TimeProvider.System,
        NullLogger.Instance, _instruments);

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private IActorRef Entity() => Sys.ActorOf(TranscodeRunEntity.PropsOf(_waiting, TimeProvider.System));

    private void AssertNothingIsLeft()
    {
        Assert.Equal(0, _waiting.Count);
        Assert.Equal(0, _slots.Take());
    }
}
