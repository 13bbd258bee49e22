using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit;
using Microsoft.Data.Sqlite;
using Npgsql;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Tests.Graphs;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>A channel answers when its event is stored, and is what its journal has of it, whatever that does.</summary>
public sealed class ChannelEntityTests : Akka.TestKit.Xunit.TestKit
{
    private const int SqliteFull = 13;

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly PutChannel Put = new("news", "The News", "hash", At);
    private static readonly ChannelCreated Created = new("news", "The News", "hash", At);

    private readonly TestProbe _mediator;

    public ChannelEntityTests()
        : base(TestActors.ConfigurationOfAScriptedJournal)
    {
        _mediator = CreateTestProbe();
        Sys.ActorOf(Props.Create<UnansweredCommands>());
    }

    private ITestJournal Journal => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(""));

    [Fact]
    public async Task Event_WhileItIsBeingStored_IsNeitherAnsweredNorTold()
    {
        var held = new Held();
        await Journal.OnWrite.SetInterceptorAsync(held);
        var entity = Entity();

        entity.Tell(Put, TestActor);
        await held.Asked.WaitAsync(RemainingOrDefault);
        Assert.False(HasMessages);
        Assert.False(_mediator.HasMessages);

        held.GoOn();
        await ExpectMsgAsync(new ChannelAnswer.Done(1, Created));
        var published = await _mediator.ExpectMsgAsync<Publish>();
        Assert.Equal(new ChannelNews(1, Created), published.Message);
    }

    [Fact]
    public async Task Commands_WhileTheJournalIsSlow_WaitAndSeeWhatWasStored()
    {
        var held = new Held();
        await Journal.OnWrite.SetInterceptorAsync(held);
        var (entity, operators) = (Entity(), Enumerable.Range(0, 3).Select(_ => CreateTestProbe()).ToList());

        entity.Tell(Put, operators[0]);
        await held.Asked.WaitAsync(RemainingOrDefault);
        entity.Tell(Put with { KeyHash = "another" }, operators[1]);
        entity.Tell(new ClaimChannel("news", "another", "one"), operators[2]);
        held.GoOn();

        await operators[0].ExpectMsgAsync(new ChannelAnswer.Done(1, Created));
        await operators[1].ExpectMsgAsync(new ChannelAnswer.Done(1, null)); // It is there already.
        await operators[2].ExpectMsgAsync(new ChannelAnswer.Refused(ChannelRefusal.WrongKey));
    }

    [Fact]
    public async Task Event_JournalFails_IsAnsweredAndTheEntityStopsAndBeginsAnewWithWhatIsStored()
    {
        var entity = await WithAChannelAsync();
        await Journal.OnWrite.Fail();
        await WatchAsync(entity);

        entity.Tell(new DeleteChannel("news"), TestActor);
        var failed = await ExpectMsgAsync<ChannelAnswer.Failed>();
        Assert.False(failed.IsDiskFull);
        await ExpectTerminatedAsync(entity);

        await Journal.OnWrite.Pass();
        await AnswersAsync(Entity(), new PutChannel("news", null, "", At), new ChannelAnswer.Done(1, null));
    }

    [Fact]
    public async Task Event_DiskIsFull_IsAnsweredAsSuch()
    {
        await Journal.OnWrite.SetInterceptorAsync(new Failing(new SqliteException("database or disk is full", SqliteFull)));

        Entity().Tell(Put, TestActor);

        await ExpectMsgAsync(new ChannelAnswer.Failed("database or disk is full", true));
    }

    [Fact]
    public async Task Event_JournalRejects_IsAnsweredAndTheChannelIsAsItWas()
    {
        var entity = await WithAChannelAsync();
        await Journal.OnWrite.Reject();
        entity.Tell(new ChangeStreamKey("news", "other"), TestActor);
        await ExpectMsgAsync<ChannelAnswer.Failed>();

        await Journal.OnWrite.Pass();

        await AnswersAsync(entity, new ClaimChannel("news", "other", "one"), new ChannelAnswer.Refused(ChannelRefusal.WrongKey));
        entity.Tell(new ClaimChannel("news", "hash", "one"), TestActor);
        Assert.Equal(new ClaimGranted("news", "one"), (await ExpectMsgAsync<ChannelAnswer.Done>()).Event);
    }

    [Fact]
    public async Task Commands_BehindOneThatFailed_ChangeNothingAndAreAnswered()
    {
        var (held, waiting) = (new Held(), Enumerable.Range(0, 3).Select(_ => CreateTestProbe()).ToList());
        await Journal.OnWrite.SetInterceptorAsync(held);
        var entity = Entity();
        await WatchAsync(entity);
        entity.Tell(Put, TestActor);
        await held.Asked.WaitAsync(RemainingOrDefault);
        waiting.ForEach(probe => entity.Tell(Put with { Title = "Other" }, probe));

        held.Fail();

        Assert.Equal("The disk is gone.", (await ExpectMsgAsync<ChannelAnswer.Failed>()).Reason);
        await ExpectTerminatedAsync(entity);
        foreach (var probe in waiting)
        {
            Assert.Equal("The disk is gone.", (await probe.ExpectMsgAsync<ChannelAnswer.Failed>()).Reason);
        }

        entity.Tell(Put, TestActor); // As what is on its way to it when it stops.
        await ExpectMsgAsync<ChannelAnswer.Failed>();
        await Journal.OnWrite.Pass();
        await AnswersAsync(Entity(), new DeleteChannel("news"), new ChannelAnswer.Refused(ChannelRefusal.NoChannel));
    }

    [Fact]
    public async Task Commands_BehindOneThatIsRejected_AreDecidedAsBefore()
    {
        var (held, waiting) = (new Held(), CreateTestProbe());
        await Journal.OnWrite.SetInterceptorAsync(held);
        var entity = Entity();
        entity.Tell(Put, TestActor);
        await held.Asked.WaitAsync(RemainingOrDefault);
        entity.Tell(new DeleteChannel("news"), waiting);

        held.Reject();

        await ExpectMsgAsync<ChannelAnswer.Failed>();
        await waiting.ExpectMsgAsync<ChannelAnswer>(new ChannelAnswer.Refused(ChannelRefusal.NoChannel));
    }

    [Fact]
    public async Task Commands_WaitingWhenTheEntityIsStopped_AreAnswered()
    {
        var (held, waiting) = (new Held(), CreateTestProbe());
        await Journal.OnWrite.SetInterceptorAsync(held);
        var entity = Entity();
        await WatchAsync(entity);
        entity.Tell(Put, TestActor);
        await held.Asked.WaitAsync(RemainingOrDefault);
        entity.Tell(Put, waiting);

        Sys.Stop(entity);

        await ExpectTerminatedAsync(entity);
        await waiting.ExpectMsgAsync<ChannelAnswer.Failed>();
        held.GoOn();
    }

    [Theory]
    [MemberData(nameof(Doubts))]
    public async Task Event_OfWhichNobodyKnows_IsAnsweredAsSuch(Exception failure, Type answer)
    {
        await Journal.OnWrite.SetInterceptorAsync(new Failing(failure));

        Entity().Tell(Put, TestActor);

        Assert.IsType(answer, await ExpectMsgAsync<ChannelAnswer>());
    }

    public static TheoryData<Exception, Type> Doubts() => new()
    {
        { new NpgsqlException("lost", new IOException("reset")), typeof(ChannelAnswer.InDoubt) },
        { new NpgsqlException("late", new TimeoutException()), typeof(ChannelAnswer.InDoubt) },
        { new TimeoutException("late"), typeof(ChannelAnswer.InDoubt) },
        { new PostgresException("going down", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown), typeof(ChannelAnswer.InDoubt) },
        { new PostgresException("twice", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation), typeof(ChannelAnswer.Failed) },
        { new NpgsqlException("nobody", new SocketException((int)SocketError.ConnectionRefused)), typeof(ChannelAnswer.Failed) },
        { new Akka.Pattern.OpenCircuitException(), typeof(ChannelAnswer.Failed) },
    };

    [Fact]
    public async Task Recovery_OfEverythingThatHappened_DecidesAsBefore()
    {
        var entity = await WithAChannelAsync();
        await AnswersAsync(entity, new PutChannel("news", "Other", "", At), new ChannelAnswer.Done(2, new ChannelRenamed("news", "Other")));
        await AnswersAsync(entity, new ChangeStreamKey("news", "new"), new ChannelAnswer.Done(3, new StreamKeyChanged("news", "new")));
        await AnswersAsync(entity, new ClaimChannel("news", "new", "one"), new ChannelAnswer.Done(4, new ClaimGranted("news", "one")));

        entity = await AnewAsync(entity);
        await AnswersAsync(entity, new PutChannel("news", "Other", "", At), new ChannelAnswer.Done(4, null));
        await AnswersAsync(entity, new ClaimChannel("news", "hash", "two"), new ChannelAnswer.Refused(ChannelRefusal.WrongKey));
        await AnswersAsync(entity, new ClaimChannel("news", "new", "one"), new ChannelAnswer.Done(4, null));
        await AnswersAsync(entity, new DeleteChannel("news"), new ChannelAnswer.Done(5, new ChannelDeleted("news")));

        entity = await AnewAsync(entity);
        await AnswersAsync(entity, Put, new ChannelAnswer.Refused(ChannelRefusal.Leaving));
    }

    [Fact]
    public async Task Recovery_Again_TellsNobodyWhatIsOld()
    {
        var entity = await WithAChannelAsync();
        await _mediator.ExpectMsgAsync<Publish>();

        entity = await AnewAsync(entity);
        await AnswersAsync(entity, new ClaimChannel("news", "hash", "one"), new ChannelAnswer.Done(2, new ClaimGranted("news", "one")));

        Assert.Equal(new ChannelNews(2, new ClaimGranted("news", "one")), (await _mediator.ExpectMsgAsync<Publish>()).Message);
    }

    [Fact]
    public async Task Recovery_JournalFails_TheEntityEndsAndTheNextTryReadsAll()
    {
        var entity = await AnewAsync(await WithAChannelAsync(), journalReads: false);
        entity.Tell(Put, TestActor);
        await FishForMessageAsync(static message => message is ChannelAnswer.Failed, RemainingOrDefault);

        await Journal.OnRecovery.Pass();

        await AnswersAsync(Entity(), new PutChannel("news", null, "", At), new ChannelAnswer.Done(1, null));
    }

    [Fact]
    public async Task Claims_OfOtherNodes_HaveEpochsThatOnlyGrow()
    {
        var entity = await WithAChannelAsync();
        var epochs = new List<long>();
        foreach (var node in (string[])["one", "one", "two", "one", "one", "three"])
        {
            entity.Tell(new ClaimChannel("news", "hash", node), TestActor);
            epochs.Add((await ExpectMsgAsync<ChannelAnswer.Done>()).SequenceNr);
            entity = await AnewAsync(entity);
        }

        Assert.Equal([2, 2, 3, 4, 4, 5], epochs);
    }

    [Fact]
    public async Task Message_ThatIsNoCommand_IsUnhandled()
    {
        var unhandled = CreateTestProbe();
        Sys.EventStream.Subscribe(unhandled, typeof(Akka.Event.UnhandledMessage));

        Entity().Tell("text", TestActor);

        Assert.Equal("text", (await unhandled.ExpectMsgAsync<Akka.Event.UnhandledMessage>()).Message);
    }

    private IActorRef Entity() => Sys.ActorOf(ChannelHosting.PropsOf("news", _mediator));

    private async Task<IActorRef> WithAChannelAsync()
    {
        var entity = Entity();
        await AnswersAsync(entity, Put, new ChannelAnswer.Done(1, Created));
        return entity;
    }

    private async Task AnswersAsync(IActorRef entity, IChannelCommand command, ChannelAnswer answer)
    {
        entity.Tell(command, TestActor);
        await ExpectMsgAsync<ChannelAnswer>(answer);
    }

    /// <summary>The entity is stopped as by its shard, and begins with the next message.</summary>
    private async Task<IActorRef> AnewAsync(IActorRef entity, bool journalReads = true)
    {
        await WatchAsync(entity);
        entity.Tell(PoisonPill.Instance);
        await ExpectTerminatedAsync(entity);
        if (journalReads)
        {
            return Entity();
        }

        await Journal.OnRecovery.Fail();
        var failing = Entity();
        await WatchAsync(failing);
        return failing;
    }

    /// <summary>Holds each write up until it may go on.</summary>
    private sealed class Held : IJournalInterceptor
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void GoOn() => _goesOn.TrySetResult();

        public void Fail() => _goesOn.TrySetException(new IOException("The disk is gone."));

        public void Reject() => _goesOn.TrySetException(new TestJournalRejectionException());

        public Task InterceptAsync(IPersistentRepresentation message)
        {
            _asked.TrySetResult();
            return _goesOn.Task;
        }
    }

    private sealed class Failing(Exception failure) : IJournalInterceptor
    {
        public Task InterceptAsync(IPersistentRepresentation message) => Task.FromException(failure);
    }
}
