using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Conformance;
using Streaming.Cluster.Tests.Edge;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Which publisher has the channel, how long a broadcast waits for the next one, and how it comes to its end.</summary>
public sealed class BroadcastSupervisorTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly TestMeters _meters = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedProgram _hanging = new("exec sleep 600");
    private readonly ScriptedStorage _storage = new();
    private readonly LiveChannel _channel = new("mine");
    private readonly ChannelDirectory _directory;
    private readonly EventJournal _journal;
    private readonly TestProbe _region; // In the place of the channel's entity.
    private BroadcastOptions _options = new() { Ladder = new() { Enabled = false } };
    private IActorRef? _supervisor;

    public BroadcastSupervisorTests()
        : base(TestActors.Configuration.WithFallback("akka.test.single-expect-default = 60s"))
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _journal = new EventJournal(_folder["events.db"]);
        _region = CreateTestProbe();
    }

    private IActorRef Supervisor => _supervisor ??= _channel.Supervisor = Sys.ActorOf(BroadcastSupervisor.Props(
        _channel, new(_options, _storage, null, Claims, _time, NullLogger.Instance, new LiveInstruments(_meters))));

    private ChannelClaims Claims => new(
        new ChannelRegistry(_directory, () => _region, _journal, () => "node", _time), NullLogger<ChannelClaims>.Instance);

    private Broadcast? UnderWay => _channel.UnderWay;

    public override async ValueTask DisposeAsync()
    {
        _storage.Gate?.TrySetResult();
        Supervisor.Tell(StopChannel.Instance);
        _time.Advance(ChannelRegistry.PublisherPatience); // Nobody answers what it tells the channel.
        await _channel.Stopped.WaitAsync(Patience);
        await base.DisposeAsync();
        _journal.Dispose();
        _directory.Dispose();
        _meters.Dispose();
        _hanging.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Publisher_First_BeginsABroadcast()
    {
        Assert.Null(UnderWay);

        var publication = await PublishAsync();

        Assert.Equal(publication, _channel.Publication);
        Assert.Equal(UnderWay, _channel.Newest);
        Assert.Equal(_time.GetUtcNow(), UnderWay!.StartedAt);
    }

    [Fact]
    public async Task Publisher_WhileAnotherIsAlive_TakesOverInTheSameBroadcast()
    {
        var first = await PublishAsync();
        var broadcast = UnderWay;

        var second = await PublishAsync();

        Assert.Contains("Another encoder", first.RevokedReason, StringComparison.Ordinal);
        Assert.Equal(second, _channel.Publication);
        Assert.Equal(broadcast, UnderWay);
        await first.EndAsync(PublicationEnd.Unpublished); // What the one before says ends nothing any more.
        await LookAsync(TimeSpan.Zero);
        Assert.Equal((second, broadcast), (_channel.Publication, UnderWay));
    }

    [Fact]
    public async Task Publishers_ThatKeepTakingOver_AreHeldOffUntilAMinuteIsQuiet()
    {
        var publishing = await PublishAsync();
        for (var i = 0; i < TakeOvers.Max; i++)
        {
            publishing = await PublishAsync();
        }

        for (var i = 0; i < 3; i++)
        {
            var refused = await BeginAsync(new LivePublication(Supervisor));
            Assert.Equal(PublishRefusal.InUse, refused?.Refusal);
            Assert.Equal(refused!.Reason, _channel.Refusal?.Reason);
            Assert.Null(publishing.RevokedReason);
            await KeepAliveAsync(publishing, TimeSpan.FromSeconds(30)); // Each try begins the minute anew.
        }

        await KeepAliveAsync(publishing, TakeOvers.Within - TimeSpan.FromSeconds(30));
        await PublishAsync();

        Assert.NotNull(publishing.RevokedReason);
    }

    [Fact]
    public async Task Publisher_CutOff_FindsItsBroadcastWithinTheWindow()
    {
        var first = await PublishAsync();
        var broadcast = UnderWay;
        await first.EndAsync(PublicationEnd.Disconnected);
        await LookAsync(_options.ReconnectWindow - Moment);
        Assert.Equal(broadcast, UnderWay);

        await PublishAsync();
        await LookAsync(_options.ReconnectWindow); // Which is over for those who are not there.

        Assert.Equal(broadcast, UnderWay);
    }

    [Fact]
    public async Task Publisher_AfterTheWindow_BeginsAnotherBroadcast()
    {
        var first = await PublishAsync();
        var broadcast = UnderWay!;
        await first.EndAsync(PublicationEnd.Disconnected);

        await LookAsync(_options.ReconnectWindow);
        Assert.Null(UnderWay);
        await EndedAsync(broadcast);
        await PublishAsync();

        Assert.NotEqual(broadcast.Id, UnderWay!.Id);
        Assert.Equal(broadcast, _channel.Find(broadcast.Id)); // For viewers that are behind.
    }

    [Fact]
    public async Task Publisher_WhoEnds_EndsTheBroadcastAtOnce()
    {
        var publication = await PublishAsync();
        var broadcast = UnderWay!;

        await publication.EndAsync(PublicationEnd.Unpublished);
        await LookAsync(TimeSpan.Zero);

        Assert.Null(UnderWay);
        await EndedAsync(broadcast);
    }

    [Fact]
    public async Task Publisher_Revoked_MayComeBackWithinTheWindow()
    {
        var publication = await PublishAsync();
        var broadcast = UnderWay;

        Supervisor.Tell(new RevokePublisher("another key's hash"));
        await PublishAsync();

        Assert.Equal("The stream key of this channel was changed.", publication.RevokedReason);
        Assert.Equal(broadcast, UnderWay);
    }

    [Fact]
    public async Task Broadcast_Ended_IsLetGoOfAfterItsRetention()
    {
        var publication = await PublishAsync();
        var broadcast = UnderWay!;
        await publication.EndAsync(PublicationEnd.Unpublished);

        await LookAsync(_options.Retention - Moment);
        Assert.Equal(broadcast, _channel.Newest);
        await LookAsync(Moment);

        Assert.Null(_channel.Newest);
    }

    [Fact]
    public async Task Broadcast_WhoseTranscoderHangs_EndsAfterAMoment()
    {
        var broadcast = await DrainAsync();
        await LookAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(broadcast, UnderWay);
        await LookAsync(Moment);

        Assert.Null(UnderWay);
        await EndedAsync(broadcast);
    }

    [Fact]
    public async Task Publisher_WhileABroadcastIsDraining_DoesNotWaitForIt()
    {
        var broadcast = await DrainAsync();
        Assert.Equal(broadcast, UnderWay);

        await PublishAsync();

        Assert.NotEqual(broadcast, UnderWay);
        await EndedAsync(broadcast);
    }

    [Fact]
    public async Task Graph_ThatFailsWhileNobodyPublishes_EndsItsBroadcastAlone()
    {
        var publication = await PublishAsync();
        var broadcast = UnderWay!;
        await publication.EndAsync(PublicationEnd.Disconnected);
        broadcast.Rungs.Made.Send(null!); // No stage takes that.

        await AwaitConditionAsync(() => Task.FromResult(UnderWay is null && broadcast.IsEnded), Patience);
        Assert.Equal(1, _meters["streaming.broadcast.faults branch=graph"]);
        await PublishAsync();

        Assert.NotNull(UnderWay);
    }

    [Fact]
    public async Task Stop_WithAPublisher_TellsItAndStoresWhatThereIsAndAnswersThoseWhoCome()
    {
        _storage.Gate = new TaskCompletionSource();
        var publication = await PublishAsync();
        await SendMediaAsync(publication);
        await LookAsync(Moment); // The time is up for tracks that might still come.
        var broadcast = UnderWay!;
        await WatchAsync(Supervisor);

        Supervisor.Tell(StopChannel.Instance);
        var late = Enumerable.Range(0, 20).Select(_ => BeginAsync(new LivePublication(Supervisor)));

        Assert.All(await Task.WhenAll(late), static refused => Assert.Equal(BroadcastSupervisor.GoingDown, refused));
        Assert.Contains("going down", publication.RevokedReason, StringComparison.Ordinal);
        await EndedAsync(broadcast);
        Assert.False(_channel.Stopped.IsCompleted); // Storage has not taken it yet.
        Assert.Null(_channel.Publication);
        _storage.Gate.SetResult();
        _time.Advance(ChannelRegistry.PublisherPatience); // Nobody answers what it tells the channel.

        await ExpectTerminatedAsync(Supervisor, Patience);
        await _channel.Stopped.WaitAsync(Patience);
        Assert.Contains(_storage.Calls, call => call.StartsWith("write", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_WithNothing_Ends()
    {
        await WatchAsync(Supervisor);

        Supervisor.Tell(StopChannel.Instance);

        await ExpectTerminatedAsync(Supervisor, Patience);
        await _channel.Stopped.WaitAsync(Patience);
    }

    [Fact]
    public async Task Broadcast_Ended_IsToldWithItsEpochAndTheChannelIsGivenBackAfterIt()
    {
        var publication = await PublishAsync(epoch: 5);
        var broadcast = UnderWay!;
        Assert.Equal(5, broadcast.Epoch);

        await publication.EndAsync(PublicationEnd.Unpublished);

        await _region.ExpectMsgAsync(new EndBroadcast("mine", 5, broadcast.Id));
        await _region.ExpectMsgAsync(new ReleaseChannel("mine", 5));
    }

    [Fact]
    public async Task Broadcast_EndedWhileAPublisherArrives_IsToldAndTheChannelIsKeptForIt()
    {
        var publication = await PublishAsync(epoch: 5);
        var first = UnderWay!;
        _channel.Arrive();
        await publication.EndAsync(PublicationEnd.Unpublished);
        await _region.ExpectMsgAsync(new EndBroadcast("mine", 5, first.Id));
        var next = await PublishAsync(epoch: 5);
        _channel.Arrived();
        await next.EndAsync(PublicationEnd.Unpublished);

        await _region.ExpectMsgAsync<EndBroadcast>();
        await _region.ExpectMsgAsync(new ReleaseChannel("mine", 5));
    }

    [Fact]
    public async Task Publisher_WhoDidNotArriveAfterAll_LetsTheChannelBeGivenBack()
    {
        var publication = await PublishAsync(epoch: 5);
        _channel.Arrive();
        await publication.EndAsync(PublicationEnd.Unpublished);
        await _region.ExpectMsgAsync<EndBroadcast>();
        await LookAsync(Moment);
        Assert.False(_region.HasMessages);

        _channel.Arrived();

        await _region.ExpectMsgAsync(new ReleaseChannel("mine", 5));
    }

    [Fact]
    public async Task Publisher_OfALowerEpoch_IsRefusedAndEndsNothing()
    {
        var publication = await PublishAsync(epoch: 5);
        var broadcast = UnderWay;

        var refused = await BeginAsync(new LivePublication(Supervisor), epoch: 4);

        Assert.Contains("Another server", refused?.Reason, StringComparison.Ordinal);
        Assert.Null(publication.RevokedReason);
        Assert.Equal(broadcast, UnderWay);
    }

    [Fact]
    public async Task Publisher_OfAHigherEpoch_BeginsAnotherBroadcast_WhereNothingWasAnnounced()
    {
        await PublishAsync(epoch: 5);
        var first = UnderWay!;

        await PublishAsync(epoch: 7);

        await first.Timeline.Announcement.Over.WaitAsync(Patience);
        Assert.False(first.IsEnded);
        Assert.Equal(7, UnderWay!.Epoch);
        Assert.NotEqual(first.Id, UnderWay.Id);
    }

    [Fact]
    public async Task Claim_OfAnotherNode_LetsTheBroadcastGoAndTellsThePublisher_AndItsOwnDoesNot()
    {
        var publication = await PublishAsync(epoch: 5);
        var broadcast = UnderWay!;
        Supervisor.Tell(new ClaimOvertaken(5));
        Supervisor.Tell(new ClaimOvertaken(4));
        await SendAsync(publication);
        Assert.Equal(broadcast, UnderWay);

        Supervisor.Tell(new ClaimOvertaken(6));

        await broadcast.Timeline.Announcement.Over.WaitAsync(Patience);
        Assert.Equal((true, false), (broadcast.IsLetGo, broadcast.IsEnded));
        Assert.Null(UnderWay);
        Assert.Equal(1, _meters["streaming.broadcast.let_go"]);
        Assert.Contains("Another server", publication.RevokedReason, StringComparison.Ordinal);
        Assert.Contains("Another server", (await BeginAsync(new LivePublication(Supervisor), epoch: 5))?.Reason, StringComparison.Ordinal);
        Assert.False(_region.HasMessages); // Neither its end nor its release: both are another node's by now.
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(40, false)]
    public async Task Publisher_ComesFromAnotherNode_GoesOnWithTheBroadcastThatItHadThere(int secondsAgo, bool goesOn)
    {
        await using var earlier = new PacedBroadcast(beginning: _time.GetUtcNow() - TimeSpan.FromSeconds(secondsAgo));
        await using var following = new Following(earlier.Broadcast);
        var tags = await BroadcastReplicaTests.TagsAsync("steady");
        foreach (var _ in earlier.Steps(tags).Take(300))
        {
        }

        await following.CatchUpAsync();
        var publication = new LivePublication(Supervisor);
        Supervisor.Tell(new BeginPublication(publication, 7, following.Replica));

        Assert.Null(await publication.Refusal.WaitAsync(Patience));
        Assert.Equal(goesOn, UnderWay!.Id == earlier.Broadcast.Id);
        Assert.Equal(7, UnderWay.Epoch);
        Assert.Equal(goesOn ? 1 : 0, _meters["streaming.broadcast.resumed"]);
        if (goesOn)
        {
            Assert.Equal(earlier.Broadcast.StartedAt, UnderWay.StartedAt);
            Assert.Equal(earlier.Source.Open!.Boundary, UnderWay.Snapshot!.Find("source")!.Segments[^1].Boundary);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandOver_SendsThePublisherElsewhere_AndWaitsForWhoGoesOn(bool hasHeir)
    {
        var publication = await PublishAsync(epoch: 5);
        var broadcast = UnderWay!;

        Supervisor.Tell(HandOverChannel.Instance);

        await broadcast.Timeline.Announcement.Over.WaitAsync(Patience);
        Assert.True(publication.GoesOnElsewhere);
        Assert.Contains("Another one goes on", publication.RevokedReason, StringComparison.Ordinal);
        Assert.Equal((true, false), (broadcast.IsLetGo, broadcast.IsEnded));
        Assert.Equal(broadcast, UnderWay); // Others find it here until another node has it.
        if (hasHeir)
        {
            Supervisor.Tell(new ClaimOvertaken(6));
        }

        await AwaitConditionAsync(
            () =>
            {
                _time.Advance(Moment);
                return Task.FromResult(_channel.Stopped.IsCompleted);
            },
            Patience,
            TimeSpan.FromMilliseconds(50));
        Assert.False(_region.HasMessages);
    }

    [Fact]
    public async Task StreamKey_Changed_LetsAPublisherStayWhoHasTheNewOne()
    {
        var publication = await PublishAsync();

        Supervisor.Tell(new RevokePublisher(publication.KeyHash));
        await SendAsync(publication);

        Assert.Null(publication.RevokedReason);
    }

    [Fact]
    public async Task Publisher_WhoseClaimCouldNotBeStored_GoesOnInTheBroadcastThatThereIs()
    {
        await PublishAsync(epoch: 5);
        var broadcast = UnderWay;

        var publication = await PublishAsync(ChannelClaims.Unstored);
        Assert.Equal(broadcast, UnderWay);
        await publication.EndAsync(PublicationEnd.Unpublished);

        await _region.ExpectMsgAsync(new EndBroadcast("mine", 5, broadcast!.Id));
    }

    [Fact]
    public async Task Broadcast_WhoseClaimCouldNotBeStored_IsToldToNobodyAndGoesOnWhenClaimsAreStoredAgain()
    {
        await PublishAsync(ChannelClaims.Unstored);
        var broadcast = UnderWay;

        var publication = await PublishAsync(epoch: 5);
        Assert.Equal(broadcast, UnderWay);
        await publication.EndAsync(PublicationEnd.Unpublished);

        await _region.ExpectMsgAsync(new ReleaseChannel("mine", 5));
    }

    [Fact]
    public async Task Stop_WaitsUntilTheChannelKnowsOrDoesNotAnswer()
    {
        await PublishAsync(epoch: 5);
        Supervisor.Tell(StopChannel.Instance);
        await _region.ExpectMsgAsync<EndBroadcast>();
        _region.Reply(new ChannelAnswer.Refused(ChannelRefusal.OtherEpoch));
        await _region.ExpectMsgAsync<ReleaseChannel>();
        Assert.False(_channel.Stopped.IsCompleted);

        _time.Advance(ChannelRegistry.PublisherPatience);

        await _channel.Stopped.WaitAsync(Patience);
    }

    /// <summary>A publisher that was let in, and has sent something.</summary>
    private async Task<LivePublication> PublishAsync(long epoch = 1)
    {
        var publication = new LivePublication(Supervisor);
        Assert.Null(await BeginAsync(publication, epoch));
        await SendAsync(publication);
        return publication;
    }

    private Task<PublishAnswer.Refused?> BeginAsync(LivePublication publication, long epoch = 1)
    {
        Supervisor.Tell(new BeginPublication(publication, epoch));
        return publication.Refusal.WaitAsync(Patience);
    }

    // An audio frame without a configuration: it counts, and is nothing to play.
    private static async Task SendAsync(LivePublication publication) =>
        await publication.WriteAsync(new FlvTag(FlvTagType.Audio, 0, (byte[])[0xAF, 1, 0]), CancellationToken.None);

    private static async Task SendMediaAsync(LivePublication publication)
    {
        var flv = await TestMedia.FlvAsync("25", 0, 25, "320x360", seconds: 3, videoOptions: "-preset ultrafast");
        foreach (var tag in await TestMedia.ReadTagsAsync(flv))
        {
            await publication.WriteAsync(tag, CancellationToken.None);
        }
    }

    /// <summary>A broadcast that its publisher has ended, whose transcoder takes everything and gives nothing.</summary>
    private async Task<Broadcast> DrainAsync()
    {
        _options = new() { Ladder = new() { Ffmpeg = _hanging.Path, StallTimeout = TimeSpan.FromSeconds(60) } };
        var publication = await PublishAsync();
        await SendMediaAsync(publication);
        await LookAsync(Moment); // The time is up for tracks that might still come.
        Assert.False(UnderWay!.Rungs.IsDrained);
        await publication.EndAsync(PublicationEnd.Unpublished);
        return UnderWay;
    }

    private async Task KeepAliveAsync(LivePublication publication, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Moment)
        {
            await SendAsync(publication);
            await LookAsync(Moment);
        }
    }

    /// <summary>Lets time pass, and waits until the supervisor has dealt with it.</summary>
    private async Task LookAsync(TimeSpan time)
    {
        _time.Advance(time);
        await Supervisor.Ask<ActorIdentity>(new Identify(null)).WaitAsync(Patience);
    }

    private Task EndedAsync(Broadcast broadcast) => AwaitConditionAsync(() => Task.FromResult(broadcast.IsEnded), Patience);
}
