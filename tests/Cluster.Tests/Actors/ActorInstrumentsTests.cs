using Akka.Actor;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Tests.Membership;
using Streaming.Cluster.Tests.Transcoding;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Actors;

/// <summary>What is told of actors is what there is: looked at from outside, without a message to them.</summary>
public sealed class ActorInstrumentsTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestMeters _meters = new();

    public ActorInstrumentsTests()
        : base("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }")
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _meters.Dispose();
    }

    [Fact]
    public async Task Entities_OfANode_AreSeenWithTheirShards_AndNotWhenTheyAreGone()
    {
        using var folder = new TemporaryFolder();
        await using var member = await ClusterMember.StartAsync(folder, meters: _meters);
        var slots = Math.Min(new LadderOptions().RunsMax, Environment.ProcessorCount);
        var run = new ScriptedRun();
        var running = member.Runs.RunAsync(new("mine", 1), run.WorkAsync, CancellationToken.None);
        await run.Begun.WaitAsync(Patience);
        foreach (var slug in (string[])["news", "art", "sport"])
        {
            await member.Registry.PutAsync(slug, null);
        }

        await UntilAsync(() => _meters["streaming.actors.alive actor=channel"] == 4); // And the one of the node's start.
        await UntilAsync(() => _meters["streaming.actors.alive actor=run"] == slots); // Those that are begun with the node.
        Assert.Equal(slots, _meters["streaming.actors.shards region=runs"]);
        Assert.InRange(_meters["streaming.actors.shards region=channels"], 1, 4);
        Assert.Equal(1, _meters["streaming.slots.taken"]);
        Assert.Equal(new LadderOptions().RunsMax, _meters["streaming.slots.limit"]);

        run.End.SetResult(new(TranscodeEnd.Completed, null));
        await running.WaitAsync(Patience);
        Assert.Equal(0, _meters["streaming.slots.taken"]);
        await member.DisposeAsync();
        Assert.Equal(0, _meters["streaming.actors.alive actor=channel"]);
        Assert.Equal(4, _meters["streaming.actors.stops actor=channel"]);
        Assert.Equal(slots, _meters["streaming.actors.stops actor=run"]);
    }

    [Fact]
    public async Task Mailbox_OfABusyActor_HasWhatWaits()
    {
        var (entered, goOn) = (new TaskCompletionSource(), new ManualResetEventSlim());
        var busy = Sys.ActorOf(Props.Create(() => new Busy(entered, goOn)));
        var instruments = new ActorInstruments(_meters);
        instruments.Watch("supervisor", () => [Sys.ActorOf(Props.Create(() => new Idle())), busy, ActorRefs.Nobody]);
        for (var i = 0; i < 5; i++)
        {
            busy.Tell("text");
        }

        await entered.Task.WaitAsync(Patience);
        Assert.Equal(4, _meters["streaming.actors.mailbox.fullest actor=supervisor"]);
        Assert.Equal(2, _meters["streaming.actors.alive actor=supervisor"]);

        goOn.Set();
        await UntilAsync(() => _meters["streaming.actors.mailbox.fullest actor=supervisor"] == 0);
    }

    [Fact]
    public async Task Slot_ThatFails_BeginsAnew_AndOneThatIsStoppedDoesNot()
    {
        var instruments = new ActorInstruments(_meters);
        var (time, waiting) = (new FailingTime(), new WaitingRuns());
        var slot = Sys.ActorOf(TranscodeRunEntity.PropsOf(waiting, time, instruments));
        slot.Tell(new StartRun(new("alone:1", 0), new("mine", 1), DateTimeOffset.MaxValue));
        await UntilAsync(() => _meters["streaming.actors.restarts actor=run"] == 1);
        Assert.Equal(0, _meters["streaming.actors.stops actor=run"]);

        slot.Tell(PoisonPill.Instance);
        await UntilAsync(() => _meters["streaming.actors.stops actor=run"] == 1);
        Assert.Equal(1, _meters["streaming.actors.restarts actor=run"]);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private sealed class Idle : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class FailingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("no luck");
    }

    private sealed class Busy(TaskCompletionSource entered, ManualResetEventSlim goOn) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            entered.TrySetResult();
            goOn.Wait(Patience);
        }
    }
}
