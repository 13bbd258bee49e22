using Streaming.Cluster.Edge;
using Streaming.Cluster.Tests.Conformance;
using Streaming.Pipeline.Storage.Memory;
using static Streaming.Cluster.Tests.Conformance.SyntheticSource;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>A replica is at every version what its origin was.</summary>
public sealed class BroadcastReplicaTests
{
    [Theory]
    [InlineData("steady", 1000)]
    [InlineData("steady", 1)]
    [InlineData("late sound that ends", 2)]
    [InlineData("jumps", 1000)]
    [InlineData("screen cast", 1000)]
    [InlineData("other sound", 2)]
    public async Task Replica_AtEveryVersion_IsTheOrigin(string kind, int hotSegments)
    {
        await using var broadcast = new PacedBroadcast(hotSegments, TimeSpan.FromSeconds(20));
        await using var following = new Following(broadcast.Broadcast);
        var version = 0L;
        foreach (var snapshot in broadcast.Steps(await TagsAsync(kind), hasRules: kind != "other sound"))
        {
            if (snapshot is not null && snapshot.Version > version)
            {
                Assert.InRange(snapshot.Version, version + 1, version + 3); // Most tags make one version at most.
                version = snapshot.Version;
                await following.CatchUpAsync();
                following.AssertSame(areFilesCompared: version % 7 == 0 || snapshot.IsEnded);
            }
        }

        await following.FinishAsync();
        following.AssertSame();
        Assert.True(following.Replica.IsEnded);
        Assert.False(following.Follower.IsDropped);
        Assert.InRange(following.Versions, 100, version);
        Assert.NotEmpty(broadcast.Source.Segments);
    }

    [Theory]
    [InlineData("steady", 2)]
    [InlineData("late sound that ends", 1000)]
    [InlineData("jumps", 2)]
    [InlineData("screen cast", 2)]
    public async Task Replica_OfAReplica_AtEveryVersion_IsTheOrigin(string kind, int hotSegments)
    {
        await using var broadcast = new PacedBroadcast(hotSegments, TimeSpan.FromSeconds(20));
        await using var first = new Following(broadcast.Broadcast);
        Following? second = null;
        foreach (var snapshot in broadcast.Steps(await TagsAsync(kind)))
        {
            if (snapshot is not null && snapshot.Version > (first.ReplicaOrNone?.Snapshot?.Version ?? 0))
            {
                await first.CatchUpAsync();
                second ??= new(first.Replica);
                await second.CatchUpAsync();
                Assert.Equal(Described.Timeline(snapshot), Described.Timeline(second.Replica.Snapshot));
                if (snapshot.Version % 7 == 0)
                {
                    second.AssertSame();
                }
            }
        }

        await first.FinishAsync();
        await second!.FinishAsync();
        second.AssertSame();
        Assert.True(second.Replica.IsEnded);
        Assert.True(second.Replica.Over.IsCompleted);
        await second.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(700)]
    [InlineData(1900)]
    public async Task Replica_WhoComesLate_IsTheOriginFromItsFirstVersion(int tagsBefore)
    {
        await using var broadcast = new PacedBroadcast(2, TimeSpan.FromSeconds(20));
        Following? following = null;
        var step = 0;
        foreach (var snapshot in broadcast.Steps(await TagsAsync("steady")))
        {
            if (++step > tagsBefore && (step % 50 == 0 || snapshot?.IsEnded == true) && snapshot is not null)
            {
                following ??= new(broadcast.Broadcast);
                await following.CatchUpAsync();
                following.AssertSame();
            }
        }

        await following!.DisposeAsync();
    }

    [Fact]
    public async Task Replica_ComesAgain_GoesOnWithWhatItHas()
    {
        await using var broadcast = new PacedBroadcast(2, TimeSpan.FromSeconds(20));
        Following? following = null;
        BroadcastReplica? replica = null;
        var step = 0;
        foreach (var snapshot in broadcast.Steps(await TagsAsync("steady")))
        {
            if (++step % 333 == 0 && snapshot is not null)
            {
                following = new(broadcast.Broadcast, replica); // The one before broke off, wherever it was.
                await following.CatchUpAsync();
                replica = following.Replica;
                following.AssertSame();
                await following.NextAsync().WaitAsync(TimeSpan.Zero).ContinueWith(
                    static _ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        Assert.NotNull(replica);
    }

    [Fact]
    public async Task Replica_OfAnOvertakenOrigin_Refuses()
    {
        var began = new FollowEvent.Began(7, "b1", DateTimeOffset.UnixEpoch);
        using var replica = new BroadcastReplica(began, new MemoryStorage(1024));

        Assert.False(replica.TryGoOn(began with { Epoch = 6 }));
        Assert.False(replica.TryGoOn(began with { BroadcastId = "b2" }));
        Assert.True(replica.TryGoOn(began));
        Assert.True(replica.TryGoOn(began with { Epoch = 9 }));
        Assert.False(replica.TryGoOn(began with { Epoch = 8 }));
        Assert.Equal(9, replica.Epoch);
    }

    [Theory]
    [InlineData(40, true)]
    [InlineData(1_000_000, false)]
    public async Task Follower_TooFarBehind_IsDroppedAndComesAgain(long behindBytesMax, bool isDropped)
    {
        await using var broadcast = new PacedBroadcast(2, TimeSpan.FromSeconds(20));
        Following? slow = null;
        var step = 0;
        foreach (var snapshot in broadcast.Steps(await TagsAsync("steady")))
        {
            if (++step == 500)
            {
                slow = new(broadcast.Broadcast, behindBytesMax: behindBytesMax);
                await slow.CatchUpAsync();
                slow.AssertSame();
            }
        }

        var version = slow!.Replica.Snapshot!.Version;
        await slow.FinishAsync();
        Assert.Equal(isDropped, slow.Follower.IsDropped);
        Assert.Equal(isDropped, version == slow.Replica.Snapshot.Version);
        Assert.Equal(isDropped ? 1 : 2, slow.Versions); // All that it missed came as one.
        var again = new Following(broadcast.Broadcast, slow.Replica);
        await again.FinishAsync();
        again.AssertSame();
    }

    [Fact]
    public async Task Replica_NewVersion_WakesWhoWaits()
    {
        await using var broadcast = new PacedBroadcast();
        await using var following = new Following(broadcast.Broadcast);
        Task? woken = null;
        foreach (var snapshot in broadcast.Steps((await TagsAsync("steady")).Take(300)))
        {
            if (snapshot is not null)
            {
                await following.CatchUpAsync();
                woken ??= following.Replica.SignalOf("source").Next;
            }
        }

        Assert.True(woken!.IsCompletedSuccessfully);
        Assert.True(following.Replica.SignalOf("source").Next is { IsCompleted: false });
    }

    [Fact]
    public async Task Follower_OfABroadcastThatNeverBegan_Ends()
    {
        await using var broadcast = new PacedBroadcast();
        await using var following = new Following(broadcast.Broadcast);
        broadcast.Broadcast.Timeline.End();

        await following.FinishAsync();

        Assert.Null(following.Replica.Snapshot);
    }

    internal static async Task<IEnumerable<ArrivingTag>> TagsAsync(string kind)
    {
        var source = await SyntheticSource.CreateAsync(48_000, 44_100);
        return kind switch
        {
            "late sound that ends" => source.Together(48_000, Pictures(30, 60, 0, 50_000), Sounds(48_000, 9_000, 30_000)),
            "jumps" => source.Together(
                48_000,
                Pictures(30, 60, 0, 40_000).Select(tag => tag.ArrivalMs < 20_000
                    ? tag : tag with { Tag = Picture(tag.Tag.TimestampMs + 50_000, tag.Tag.Body.Span[0] == 0x17) }),
                Sounds(48_000, 0, 20_000),
                Sounds(48_000, 20_000, 40_000, 50_000)),
            "screen cast" => source.Together(
                48_000, Pictures(30, 60, 0, 45_000).Where(tag => tag.ArrivalMs % 9_000 < 2_000), Sounds(48_000, 0, 45_000)),
            "other sound" => source.Together(
                44_100,
                Pictures(30, 60, 0, 45_000),
                Sounds(44_100, 0, 20_000),
                Sounds(48_000, 20_000, 45_000).Prepend(new(20_000, source.AudioHeader(48_000, 20_000)))),
            _ => source.Together(48_000, Pictures(30, 60, 0, 45_000), Sounds(48_000, 0, 45_000)),
        };
    }
}
