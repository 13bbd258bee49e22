using Akka.Actor;
using Akka.Dispatch;
using Streaming.Cluster.Graphs;

namespace Streaming.Cluster.Tests.Graphs;

/// <summary>Mailboxes run on the thread that fills them: one at a time, and without growing its stack.</summary>
public sealed class InlineExecutorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Message_ToAnIdleActor_IsDealtWithWhenTellReturns()
    {
        var thread = 0;
        var actor = await ActorAsync((_, _) => thread = Environment.CurrentManagedThreadId);

        actor.Tell("go");

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public async Task Messages_BackAndForth_DoNotGrowTheStack()
    {
        const int turns = 100_000;
        var deepest = 0;
        var count = 0;
        IActorRef one = ActorRefs.Nobody;
        var other = await ActorAsync((_, message) => one.Tell(message));
        one = await ActorAsync((_, _) =>
        {
            deepest = Math.Max(deepest, count % 1000 == 0 ? new System.Diagnostics.StackTrace().FrameCount : 0);
            if (++count < turns)
            {
                other.Tell("on");
            }
        });

        one.Tell("go");

        Assert.Equal(turns, count);
        Assert.InRange(deepest, 1, 100);
    }

    [Fact]
    public async Task Messages_FromManyThreads_AreDealtWithOneAtATime()
    {
        const int threads = 8;
        const int each = 5_000;
        var (inside, overlaps, count) = (0, 0, 0);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = await ActorAsync((_, _) =>
        {
            overlaps += Interlocked.Increment(ref inside) > 1 ? 1 : 0;
            Interlocked.Decrement(ref inside);
            if (++count == threads * each)
            {
                all.SetResult();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
            {
                actor.Tell(i);
            }
        })));

        await all.Task.WaitAsync(Patience);
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task Message_FromWithinATurn_HasItsTurnAfterThat()
    {
        var order = new List<string>();
        var second = await ActorAsync((_, _) => order.Add("second"));
        var first = await ActorAsync((_, _) =>
        {
            second.Tell("go");
            order.Add("first");
        });

        first.Tell("go");

        Assert.Equal(["first", "second"], order);
    }

    [Fact]
    public async Task Message_AfterOneThatThrew_IsDealtWith()
    {
        var good = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = await ActorAsync((_, message) => good.SetResult(message is "bad" ? throw new InvalidOperationException() : 0));

        actor.Tell("bad");
        actor.Tell("good");

        await good.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Turn_ThatThrows_IsNotItsFillersAndKeepsNoOtherFromItsTurn()
    {
        var thrown = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var executor = new InlineExecutor("test", thrown.SetResult);
        var fault = new InvalidOperationException("A fault of ours.");
        var turns = new List<string>();

        executor.Execute(new Turn(() =>
        {
            executor.Execute(new Turn(() => turns.Add("waited")));
            throw fault;
        }));
        executor.Execute(new Turn(() => turns.Add("later")));

        Assert.Same(fault, await thrown.Task.WaitAsync(Patience));
        Assert.Equal(["waited", "later"], turns);
    }

    /// <summary>An actor that is there: who makes one below the system's guardian does not wait for that.</summary>
    private static async Task<IActorRef> ActorAsync(Action<IActorContext, object> receive)
    {
        var actor = TestActors.System.ActorOf(Props.Create(() => new Doing(receive)).WithDispatcher(Inline.Dispatcher));
        await actor.Ask<ActorIdentity>(new Identify(null), Patience);
        return actor;
    }

    private sealed class Doing(Action<IActorContext, object> receive) : UntypedActor
    {
        protected override void OnReceive(object message) => receive(Context, message);
    }

    private sealed class Turn(Action work) : IRunnable
    {
        public void Run() => work();

        public void Execute() => Run();
    }
}
