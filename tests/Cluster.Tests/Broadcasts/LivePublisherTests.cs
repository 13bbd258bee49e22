using Akka.Actor;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Graphs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Publishers of one channel that are let in, held off or cut off, and what each is told.</summary>
public sealed class LivePublisherTests : IAsyncLifetime
{
    private const long BitRateMax = 1_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly TemporaryFolder _folder = new();
    private readonly ChannelDirectory _directory;
    private readonly LiveChannels _channels;
    private readonly string _key;

    public LivePublisherTests()
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _channels = Channels(NullLogger<LiveChannel>.Instance);
        _key = _directory.Put("mine", null).StreamKey!;
    }

    private Refusal? Refusal => _channels.StatusOf("mine").Refusal;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _channels.DisposeAsync();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task StreamKey_OfNoChannel_IsRefusedAsUnknown()
    {
        var refused = Assert.IsType<PublishAnswer.Refused>(await AuthorizeAsync("guess"));

        Assert.Equal(PublishRefusal.UnknownKey, refused.Refusal);
    }

    [Fact]
    public async Task Publishers_ThatKeepTakingOver_AreHeldOffAndBothSidesAreTold()
    {
        var publishing = await FightAsync();

        var refused = Assert.IsType<PublishAnswer.Refused>(await AuthorizeAsync(_key));

        Assert.Equal(PublishRefusal.InUse, refused.Refusal);
        Assert.Contains("same stream key", refused.Reason, StringComparison.Ordinal);
        Assert.False(publishing.Revoked.IsCancellationRequested);
        Assert.Equal((refused.Reason, _time.GetUtcNow()), (Refusal!.Reason, Refusal.At));
        Assert.True(_channels.StatusOf("mine").Ingest!.IsConnected);
    }

    [Fact]
    public async Task Publisher_ThatStoppedSendingInAFight_GivesWay()
    {
        await FightAsync();
        Assert.IsType<PublishAnswer.Refused>(await AuthorizeAsync(_key));

        await TickAsync();
        await TickAsync();

        Assert.IsType<PublishAnswer.Accepted>(await AuthorizeAsync(_key));
    }

    [Fact]
    public async Task Publisher_HalfOpenThenBack_TakesOverEveryTime()
    {
        await PublishAsync(_key);
        for (var i = 0; i < 10; i++)
        {
            await TickAsync();
            await TickAsync();
            await PublishAsync(_key);
        }
    }

    [Fact]
    public async Task StreamKey_ChangedInAFight_LetsTheNewKeyInAtOnce()
    {
        await FightAsync();
        Assert.IsType<PublishAnswer.Refused>(await AuthorizeAsync(_key));

        var key = _directory.RotateStreamKey("mine")!;
        _channels.RevokePublisher("mine", "another key's hash");

        await PublishAsync(key);
    }

    [Fact]
    public async Task Events_ToldOnceMore_LeaveAPublisherAloneWhoHasTheKeyOfNow()
    {
        var older = _directory.RotateStreamKey("mine")!;
        var key = _directory.RotateStreamKey("mine")!;
        var publication = await PublishAsync(key);
        using var events = new EventJournal(_folder["events.db"]);
        var follower = TestActors.System.ActorOf(
            ChannelFollower.PropsOf(_directory, new ChannelJournal(events), ActorRefs.Nobody, _channels));
        foreach (var happened in (IChannelEvent[])
            [new StreamKeyChanged("mine", ChannelDirectory.Hash(older)), new ChannelDeleted("mine"), new ChannelCleared("mine")])
        {
            follower.Tell(new ChannelNews(1, happened));
        }

        await follower.Ask<ActorIdentity>(new Identify(null)).WaitAsync(Patience);
        await PublishAsync(key);

        Assert.Contains("Another encoder", publication.RevokedReason, StringComparison.Ordinal);
        await follower.GracefulStop(Patience);
    }

    [Fact]
    public async Task StreamKey_ChangedElsewhere_EndsThePublisherWhenThatIsHeard()
    {
        var publication = await PublishAsync(_key);
        _directory.RotateStreamKey("mine");

        _channels.Hear("mine");

        await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, publication.Revoked)
            .ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Patience);
        Assert.Equal("The stream key of this channel was changed.", publication.RevokedReason);
    }

    [Fact]
    public async Task Refusal_OnceAPublisherHasGoneOnForAWhile_IsForgotten()
    {
        var publishing = await FightAsync();
        Assert.IsType<PublishAnswer.Refused>(await AuthorizeAsync(_key));

        for (var i = 0; i < 62; i++)
        {
            await SendAsync(publishing, 1);
            await TickAsync();
        }

        Assert.Null(Refusal);
    }

    [Fact]
    public async Task Publisher_AboveTheBitRate_IsCutOffWithAReasonThatTheStudioHas()
    {
        var publication = await PublishAsync(_key);

        await SendAsync(publication, (int)(BitRateMax / 8 * BitRateLimit.Over.TotalSeconds));

        await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, publication.Revoked)
            .ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Patience);
        Assert.Contains("bit rate is above the 1 Mbit/s", publication.RevokedReason, StringComparison.Ordinal);
        await UntilAsync(() => Refusal is not null);
        Assert.Equal(publication.RevokedReason, Refusal!.Reason);
        Assert.False(_channels.StatusOf("mine").Ingest!.IsConnected);
    }

    [Fact]
    public async Task Tag_WhileTheSourceIsBehind_MakesItsPublisherWait()
    {
        using var log = new StoppingLogger();
        await using var channels = Channels(log);
        var accepted = Assert.IsType<PublishAnswer.Accepted>(await channels.AuthorizeAsync(Request(_key), CancellationToken.None));
        log.Stop();
        var other = Task.Run(() => channels.AuthorizeAsync(Request(_key), CancellationToken.None).AsTask());
        await log.Stopped.WaitAsync(Patience);

        var sending = SendAsync(accepted.Publication, 1);
        Assert.False(sending.IsCompleted);

        log.Go();
        await sending.WaitAsync(Patience);
        await other.WaitAsync(Patience);
    }

    [Fact]
    public async Task Publisher_WhoseConnectionEndsBeforeTheAnswer_HoldsNoChannel()
    {
        using var log = new StoppingLogger();
        await using var channels = Channels(log);
        var accepted = Assert.IsType<PublishAnswer.Accepted>(await channels.AuthorizeAsync(Request(_key), CancellationToken.None));
        log.Stop();
        var leaving = Task.Run(() => accepted.Publication.EndAsync(PublicationEnd.Disconnected).AsTask());
        await log.Stopped.WaitAsync(Patience);
        using var ends = new CancellationTokenSource();
        var other = channels.AuthorizeAsync(Request(_key), ends.Token).AsTask();
        await ends.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.WaitAsync(Patience));

        log.Go();
        await leaving.WaitAsync(Patience);
        await UntilAsync(() => channels.StatusOf("mine").Ingest?.IsConnected == false);
        Assert.Null(channels.Find("mine")!.Publication);
    }

    [Fact]
    public async Task Channel_StoppedWhilePublishersWait_AnswersThem()
    {
        await PublishAsync(_key);
        var waiting = Enumerable.Range(0, 50).Select(_ => AuthorizeAsync(_key)).ToList();
        await _channels.DisposeAsync();

        await Task.WhenAll(waiting).WaitAsync(Patience);
    }

    /// <summary>Publishers take over from each other as often as is allowed. The last one is there, and alive.</summary>
    private async Task<Publication> FightAsync()
    {
        var publishing = await PublishAsync(_key);
        for (var i = 0; i < TakeOvers.Max; i++)
        {
            publishing = await PublishAsync(_key);
        }

        return publishing;
    }

    /// <summary>A publisher that sent something.</summary>
    private async Task<Publication> PublishAsync(string key)
    {
        var accepted = Assert.IsType<PublishAnswer.Accepted>(await AuthorizeAsync(key));
        await SendAsync(accepted.Publication, 1);
        return accepted.Publication;
    }

    private LiveChannels Channels(ILogger<LiveChannel> log) => new(
        () => TestActors.System,
        _directory,
        new BroadcastOptions { Ladder = new() { Enabled = false }, BitRateMax = BitRateMax },
        new MemoryStorage(1 << 20),
        _time,
        log);

    private static PublishRequest Request(string key) => new(LiveChannels.App, key, null, "test");

    private Task<PublishAnswer> AuthorizeAsync(string key) =>
        _channels.AuthorizeAsync(Request(key), CancellationToken.None).AsTask().WaitAsync(Patience);

    // An audio frame without a configuration: it counts, and is nothing to play.
    private static async Task SendAsync(Publication publication, int length) =>
        await publication.WriteAsync(new FlvTag(FlvTagType.Audio, 0, (byte[])[0xAF, 1, .. new byte[length]]), CancellationToken.None);

    /// <summary>Lets the channel's second pass, and waits until it has looked after itself.</summary>
    private async Task TickAsync()
    {
        var before = _channels.StatusOf("mine").Ingest;
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => !ReferenceEquals(before, _channels.StatusOf("mine").Ingest));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Holds up the source when it tells that a publisher has left.</summary>
    private sealed class StoppingLogger : ILogger<LiveChannel>, IDisposable
    {
        private const int PublisherLeft = 202;

        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goes = new(true);

        public Task Stopped => _stopped.Task;

        public void Stop() => _goes.Reset();

        public void Go() => _goes.Set();

        public void Dispose()
        {
            Go();
            _goes.Dispose();
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == PublisherLeft && !_goes.IsSet)
            {
                _stopped.TrySetResult();
                _goes.Wait(Patience);
            }
        }
    }
}
