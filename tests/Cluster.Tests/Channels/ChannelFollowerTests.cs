using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Serialization;
using Streaming.Cluster.Tests.Databases;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>A node hears of the changes that others asked for.</summary>
public sealed class ChannelFollowerTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly ChannelCreated Created = new("news", "The News", "hash", DateTimeOffset.UnixEpoch);

    private readonly TemporaryFolder _folder = new();
    private readonly ChannelDirectory _directory;
    private readonly TestProbe _mediator;
    private readonly IActorRef _follower;
    private readonly EventJournal _events;
    private readonly SharedPostgres _postgres;

    public ChannelFollowerTests(SharedPostgres postgres)
        : base("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, test.single-expect-default = 30s }")
    {
        _postgres = postgres;
        _events = new EventJournal(_folder["events.db"]);
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _mediator = CreateTestProbe();
        _follower = Sys.ActorOf(ChannelFollower.PropsOf(_directory, new ChannelJournal(_events), _mediator));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _events.Dispose();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Start_SubscribesToTheNewsOfAllChannels()
    {
        var subscribed = await _mediator.ExpectMsgAsync<Subscribe>();

        Assert.Equal((_follower, "channels"), (subscribed.Ref, subscribed.Topic));
    }

    [Fact]
    public async Task News_OnceOrTwiceOrLate_LeavesTheDirectoryWithTheNewest()
    {
        var renamed = new ChannelNews(2, new ChannelRenamed("news", "Other"));
        foreach (var news in (object[])[new ChannelNews(1, Created), renamed, renamed, new ChannelNews(1, Created), "no news"])
        {
            _follower.Tell(news);
        }

        await DoneAsync();
        Assert.Equal("Other", _directory.Find("news")?.Title);
        Assert.Equal("news", Assert.Single(_directory.All).Slug);
    }

    [Fact]
    public async Task News_OfAChannelWhoseBeginningWasMissed_MakesNone()
    {
        _follower.Tell(new ChannelNews(2, new ChannelRenamed("news", "Other")));
        _follower.Tell(new ChannelNews(1, Created with { Slug = "art" }));

        await DoneAsync();
        Assert.NotNull(_directory.Find("art"));
        Assert.Null(_directory.Find("news"));
        Assert.False(_directory.IsWhole("news"));
        Assert.True(_directory.IsWhole("art"));
    }

    [Fact]
    public async Task News_WithoutThatBefore_OfASharedJournal_HasTheChannelReadAnew()
    {
        using var journal = EventJournal.OnServer(await _postgres.CreateDatabaseAsync());
        Store(journal, (1, Created), (2, new StreamKeyChanged("news", "another")), (3, new ChannelRenamed("news", "Other")));
        var follower = Sys.ActorOf(ChannelFollower.PropsOf(_directory, new ChannelJournal(journal), _mediator));

        follower.Tell(new ChannelNews(3, new ChannelRenamed("news", "Other")));

        await AwaitConditionAsync(() => Task.FromResult(_directory.Find("news")?.Title == "Other"));
        Assert.True(_directory.IsWhole("news"));
    }

    [Fact]
    public async Task Events_ThatNobodyToldOf_AreFoundInASharedJournal()
    {
        using var journal = EventJournal.OnServer(await _postgres.CreateDatabaseAsync());
        Store(journal, (1, Created));
        Sys.ActorOf(ChannelFollower.PropsOf(_directory, new ChannelJournal(journal), _mediator));
        await AwaitConditionAsync(() => Task.FromResult(_directory.Find("news") is not null));

        Store(journal, (2, new ChannelRenamed("news", "Other")));

        await AwaitConditionAsync(() => Task.FromResult(_directory.Find("news")!.Title == "Other"));
    }

    private static void Store(EventJournal journal, params (long SequenceNr, IChannelEvent Event)[] events)
    {
        var formats = new MessageFormats(ChannelFormats.All);
        journal.Append(
            events.Select(stored => new StoredEvent(
                0, ChannelEntity.IdPrefix + stored.Event.Slug, stored.SequenceNr, formats.ManifestOf(stored.Event),
                formats.Write(stored.Event))),
            MessageFormats.SerializerId);
    }

    /// <summary>It has dealt with everything before.</summary>
    private Task<ActorIdentity> DoneAsync() => _follower.Ask<ActorIdentity>(new Identify(null)).WaitAsync(RemainingOrDefault);
}
