using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Tests.Conformance;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>A node without a channel of its own finds it elsewhere: one stream, for as long as somebody asks.</summary>
public sealed class EdgeBroadcastsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TemporaryFolder _folder = new();
    private readonly TestMeters _meters = new();
    private readonly LocalUpstream _upstream = new();
    private readonly ChannelDirectory _directory;
    private readonly LiveChannels _live;
    private readonly KeptReplicas _kept = new();
    private readonly OriginMedia _fetched;
    private readonly EdgeBroadcasts _edge;
    private PacedBroadcast _origin = null!;
    private IEnumerator<object?> _steps = null!;

    public EdgeBroadcastsTests()
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        var storage = new MemoryStorage(1024);
        var options = new BroadcastOptions();
        _live = new LiveChannels(() => TestActors.System, _directory, options, storage, _time, NullLogger<LiveChannel>.Instance);
        _fetched = new OriginMedia(_upstream, _time);
        _edge = new EdgeBroadcasts(
            _live, options, storage, _time, NullLogger<EdgeBroadcasts>.Instance, _upstream.Origins, _kept, _upstream, _fetched, static () => null, new FollowInstruments(_meters));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _origin = new();
        _steps = _origin.Steps(await BroadcastReplicaTests.TagsAsync("steady")).GetEnumerator();
        Publish(300);
        _upstream.Broadcast = _origin.Broadcast;
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.DisposeAsync();
        _fetched.Dispose();
        await _live.DisposeAsync();
        _steps.Dispose();
        await _origin.DisposeAsync();
        _directory.Dispose();
        _upstream.Dispose();
        _meters.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Viewers_OfAChannelElsewhere_GetItsReplicaOnOneStream()
    {
        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => _edge.NewestAsync("mine", Token).AsTask(), Token)));

        var replica = Assert.IsType<BroadcastReplica>(Assert.Single(found.Distinct()));
        Assert.Equal("b1", replica.Id);
        Assert.Single(_upstream.Asked);
        Assert.Equal(1, _meters["streaming.follow.followed"]);
        Assert.Same(replica, await _edge.FindAsync("mine", "b1", Token));
        Assert.Null(await _edge.FindAsync("mine", "b2", Token));
        Assert.Same(replica, _edge.StatusOf("mine").Broadcast);
        Publish(300);
        await CaughtUpAsync();
        Assert.InRange(_meters["streaming.follow.received"], 1_000, 1_000_000);
    }

    [Fact]
    public async Task Channel_ThatNobodyAsksForAnyMore_IsClosedAfterHalfAMinute_AndOpenedAgain()
    {
        Assert.NotNull(await _edge.NewestAsync("mine", Token));
        for (var seconds = 0; seconds < 60; seconds += 5)
        {
            Assert.NotNull(await _edge.NewestAsync("mine", Token));
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(1, _edge.Count);
        _time.Advance(TimeSpan.FromSeconds(24));
        Assert.Equal(1, _edge.Count);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(0, _edge.Count);
        await UntilAsync(() => _meters["streaming.follow.followed"] == 0);

        Assert.NotNull(await _edge.NewestAsync("mine", Token));
        Assert.Equal(2, _upstream.Asked.Count);
    }

    [Fact]
    public async Task Channel_ThatIsLiveNowhere_IsNotFollowed()
    {
        _upstream.TellOfNone();

        Assert.Null(await _edge.NewestAsync("mine", Token));
        Assert.Equal(0, _edge.Count);
    }

    [Fact]
    public async Task Origin_ThatDoesNotAnswer_KeepsViewersNoLonger()
    {
        _upstream.Broadcast = null;
        Assert.Null(await _edge.NewestAsync("mine", Token)); // It says that there is nothing.

        _upstream.Broadcast = _origin.Broadcast;
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return _edge.StatusOf("mine").Broadcast is not null;
        });
        Assert.NotNull(await _edge.NewestAsync("mine", Token));
    }

    [Fact]
    public async Task Stream_ThatBreaksOff_IsOpenedAgain_AndTheReplicaGoesOn()
    {
        var replica = await _edge.NewestAsync("mine", Token);
        _upstream.Break();
        Publish(200);
        await UntilAsync(() => _meters["streaming.follow.reconnects"] == 1);
        await CaughtUpAsync();

        Assert.Same(replica, await _edge.NewestAsync("mine", Token));
        Assert.Equal([null, "b1"], _upstream.Asked.Select(static known => known.BroadcastId));
    }

    [Fact]
    public async Task Origin_OfALowerEpoch_IsRefused()
    {
        var replica = await _edge.NewestAsync("mine", Token);
        _upstream.Epoch = 4;
        _upstream.Tell(new("there", 2), 5); // It is known where the channel is now: a claim of epoch 5.
        await UntilAsync(() => _meters["streaming.follow.refused reason=overtaken"] >= 1); // And the stream before has ended.
        Publish(200);
        Assert.True(replica!.Snapshot!.Version < _origin.Snapshot.Version);
        Assert.Equal(5, _upstream.Asked[^1].Epoch);

        _upstream.Epoch = 5;
        await CaughtUpAsync();
        Assert.Equal(5, replica.Epoch);
    }

    [Fact]
    public async Task Broadcast_ThatEnded_StaysReadableForAMinute()
    {
        await _edge.NewestAsync("mine", Token);
        Publish(int.MaxValue);
        await CaughtUpAsync();
        var replica = await _edge.NewestAsync("mine", Token);
        Assert.True(replica!.IsEnded);
        Assert.Null(_edge.StatusOf("mine").Broadcast);
        for (var seconds = 0; seconds < 60; seconds += 5)
        {
            Assert.Same(replica, await _edge.FindAsync("mine", "b1", Token));
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await _edge.FindAsync("mine", "b1", Token));
        Assert.Equal(0, replica.Media.HotBytes);
    }

    [Fact]
    public async Task Replica_IsToldToOthers_UntilItIsOver()
    {
        await _edge.NewestAsync("mine", Token);
        Assert.Equal(new("mine", "b1", 1), Assert.Single(_kept.All));

        Publish(int.MaxValue);
        await CaughtUpAsync();

        Assert.Empty(_kept.All);
    }

    [Fact]
    public async Task Replica_OfAClosedChannel_IsNotTold()
    {
        await _edge.NewestAsync("mine", Token);
        _time.Advance(EdgeBroadcasts.IdleMax + TimeSpan.FromSeconds(5));

        Assert.Empty(_kept.All);
    }

    [Fact]
    public async Task Replica_ThatAnotherNodeFollows_StaysWithoutViewers()
    {
        await _edge.NewestAsync("mine", Token);
        Assert.Null(_edge.Share("mine", 2)); // Of a higher epoch.
        var shared = _edge.Share("mine", 1);
        Assert.NotNull(shared);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, _edge.Count);

        shared.Dispose();
        shared.Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, _edge.Count);
    }

    [Fact]
    public async Task ReplicaFor_WithoutOne_GetsThatOfAnotherNode()
    {
        await using var standby = await StandbyAsync();
        _upstream.TellOfNone();

        var replica = await _edge.ReplicaForAsync("mine", 2, Token);

        Assert.Equal(Described.Timeline(_origin.Snapshot), Described.Timeline(replica!.Snapshot));
        Assert.Equal(Described.Memory(standby.Replica), Described.Memory(replica));
        Assert.Null(await _edge.ReplicaForAsync("mine", 1, Token)); // It has been overtaken by none.
    }

    [Fact]
    public async Task Viewer_WhoComesWhenTheOriginIsGone_GetsWhatAnotherNodeHas()
    {
        await using var standby = await StandbyAsync();
        Assert.True(_edge.MayBeElsewhere("mine", "b1", isClaimed: false));
        _upstream.TellOfNone();

        Assert.True(_edge.MayBeElsewhere("mine", "b1", isClaimed: false));
        Assert.False(_edge.MayBeElsewhere("mine", "b0", isClaimed: false));
        Assert.True(_edge.MayBeElsewhere("mine", "b0", isClaimed: true));
        var replica = await _edge.NewestAsync("mine", Token);

        Assert.Equal(Described.Timeline(_origin.Snapshot), Described.Timeline(replica!.Snapshot));
    }

    [Fact]
    public async Task Viewer_WhoWaitsWhileThisNodeBecomesTheStandby_GetsTheBroadcast()
    {
        _upstream.Others[new("here", 1)] = null; // It says nothing as yet.
        var waiting = _edge.NewestAsync("mine", Token).AsTask();
        await UntilAsync(() => _upstream.Asked.Count == 1);

        _upstream.Others.TryRemove(new("here", 1), out _); // The next stream is heard.
        _edge.StandBy("mine", true);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            return waiting.IsCompleted;
        });

        Assert.NotNull(await waiting);
    }

    [Fact]
    public async Task ReplicaFor_WithOneThatLacksTheNewest_GetsThat()
    {
        var own = await _edge.NewestAsync("mine", Token);
        _upstream.TellOfNone();
        _upstream.Break();
        Publish(100);
        await using var standby = await StandbyAsync();
        Assert.NotEqual(_origin.Snapshot.Version, own!.Snapshot!.Version);

        var replica = await _edge.ReplicaForAsync("mine", 2, Token);

        Assert.Same(own, replica);
        Assert.Equal(Described.Timeline(_origin.Snapshot), Described.Timeline(replica!.Snapshot));
    }

    [Fact]
    public async Task ReplicaFor_NodesThatAreGoneOrSayNothing_AreWaitedForUntilItIsTime()
    {
        var own = await _edge.NewestAsync("mine", Token);
        _upstream.TellOfNone();
        _upstream.Broadcast = null;
        _upstream.Break();
        _upstream.TellReplica(new("gone", 1), "b1", 1);
        Assert.Same(own, await _edge.ReplicaForAsync("mine", 2, Token));

        _upstream.TellReplica(new("hung", 1), "b1", 1);
        _upstream.Others[new("hung", 1)] = null;
        var found = _edge.ReplicaForAsync("mine", 2, Token);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return found.IsCompleted;
        });
        Assert.Same(own, await found);
    }

    [Fact]
    public async Task ReplicaFor_ABroadcastThatEnded_OrNobodyHas_IsNone()
    {
        Assert.Null(await _edge.ReplicaForAsync("other", 2, Token));
        await _edge.NewestAsync("mine", Token);
        Publish(int.MaxValue);
        await CaughtUpAsync();

        Assert.Null(await _edge.ReplicaForAsync("mine", 2, Token));
    }

    [Fact]
    public async Task Standby_FollowsWithoutViewers_AndReadersAtTheOriginWaitForIt()
    {
        _edge.StandBy("mine", true);
        await UntilAsync(() => _edge.Count == 1 && _edge.ReplicaOf("mine", "b1")?.Snapshot?.Version == _origin.Snapshot.Version);
        Assert.Equal(1, _meters["streaming.follow.standbys"]);
        Assert.True(_upstream.Asked[^1].IsStandby);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, _edge.Count);

        Publish(300);
        await UntilAsync(() => _edge.ReplicaOf("mine", "b1")!.Snapshot!.Version == _origin.Broadcast.Timeline.Announcement.Newest!.Version
            && _origin.Snapshot.Version == _edge.ReplicaOf("mine", "b1")!.Snapshot!.Version);

        _edge.StandBy("mine", false);
        Assert.Equal(0, _meters["streaming.follow.standbys"]);
        Assert.Equal(0, _edge.Count);
        Publish(300);
        Assert.Equal(_origin.Snapshot.Version, _origin.Broadcast.Timeline.Announcement.Newest!.Version);
    }

    [Fact]
    public async Task Standby_WhoseOriginIsGone_KeepsWhatItHas_UntilThatHasEnded()
    {
        _edge.StandBy("mine", true);
        await UntilAsync(() => _edge.ReplicaOf("mine", "b1")?.Snapshot?.Version == _origin.Snapshot.Version);
        LoseOrigin();
        _edge.StandBy("mine", true);
        await PassAsync(TimeSpan.FromSeconds(32));

        Assert.Equal(1, _meters["streaming.follow.standbys"]);
        Assert.Equal(1, _edge.Count);
        Assert.False(_edge.ReplicaOf("mine", "b1")!.IsEnded);

        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _meters["streaming.follow.standbys"] == 0;
        });
        Assert.Empty(_kept.All);
    }

    [Fact]
    public async Task Replica_WithoutAnOrigin_EndsByItself_AsItStands()
    {
        var replica = (BroadcastReplica)(await _edge.NewestAsync("mine", Token))!;
        var before = replica.Snapshot!;
        var open = before.Find("source")!.Open!;
        Assert.NotEmpty(open.Parts);
        LoseOrigin();
        var signal = replica.SignalOf("source").Next;
        await PassAsync(TimeSpan.FromSeconds(34));
        Assert.False(replica.IsEnded);

        await UntilAsync(async () =>
        {
            await _edge.NewestAsync("mine", Token);
            _time.Advance(TimeSpan.FromMilliseconds(500));
            return replica.IsEnded;
        });

        Assert.True(signal.IsCompleted);
        Assert.True(replica.Over.IsCompleted);
        Assert.Equal(1, _meters["streaming.follow.orphaned"]);
        var source = replica.Snapshot!.Find("source")!;
        Assert.Null(source.Open);
        Assert.Equal(open, source.Segments[^1]);
        Assert.Equal(before.Version + 1, replica.Snapshot.Version);
        Assert.True(replica.Media.TryHold("source", MediaNames.Segment(open.Boundary.MediaSequence), out var hold));
        Assert.Equal(open.Length, hold.Length);
        hold.Release();
        Assert.Empty(_kept.All);
    }

    [Fact]
    public async Task Replica_WhoseStreamBrokeOff_WhileItsOriginLives_DoesNotEnd()
    {
        var replica = await _edge.NewestAsync("mine", Token);
        _upstream.Broadcast = null;
        _upstream.Break();
        await PassAsync(TimeSpan.FromMinutes(2));

        Assert.False(replica!.IsEnded);
    }

    [Fact]
    public async Task Replica_WhoseChannelHasAnotherBroadcast_EndsAsItStands()
    {
        var replica = (BroadcastReplica)(await _edge.NewestAsync("mine", Token))!;
        await using var other = new PacedBroadcast(id: "b2");
        foreach (var _ in other.Steps((await BroadcastReplicaTests.TagsAsync("steady")).Take(300)))
        {
        }

        _upstream.Broadcast = other.Broadcast;
        _upstream.Break();
        await UntilAsync(async () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return (await _edge.NewestAsync("mine", Token))!.Id == "b2";
        });

        Assert.True(replica.IsEnded);
        Assert.Same(replica, await _edge.FindAsync("mine", "b1", Token));
    }

    /// <summary>The origin is gone, and the cluster knows it.</summary>
    private void LoseOrigin()
    {
        _upstream.Broadcast = null;
        _upstream.TellOfNone();
        _upstream.Break();
    }

    /// <summary>So much time passes, in which viewers ask.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(500))
        {
            await _edge.NewestAsync("mine", Token);
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
    }

    /// <summary>Another node that has all of the broadcast.</summary>
    private async Task<Following> StandbyAsync()
    {
        var standby = new Following(_origin.Broadcast);
        await standby.CatchUpAsync();
        _upstream.Others[new("standby", 1)] = standby.Replica;
        _upstream.TellReplica(new("standby", 1), "b1", 1);
        return standby;
    }

    private void Publish(int tags)
    {
        while (tags-- > 0 && _steps.MoveNext())
        {
        }
    }

    private Task CaughtUpAsync() => UntilAsync(async () =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(100));
        return (await _edge.FindAsync("mine", "b1", Token))?.Snapshot?.Version == _origin.Snapshot.Version;
    });

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    // Streams go on in the thread pool.
    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience);
            await Task.Delay(5, Token);
        }
    }
}
