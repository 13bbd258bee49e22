using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Tests.Conformance;
using Streaming.Pipeline.Timelines;
using static Streaming.Cluster.Tests.Conformance.SyntheticSource;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>A broadcast whose origin is gone at any moment goes on from a replica: what was announced stays, and numbers go on.</summary>
public sealed class ResumedBroadcastTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("steady")]
    [InlineData("late sound that ends")]
    [InlineData("jumps")]
    [InlineData("screen cast")]
    [InlineData("other sound")]
    public async Task Replica_CutOffAnywhere_GoesOn(string kind)
    {
        await using var origin = new PacedBroadcast();
        await using var following = new Following(origin.Broadcast);
        var next = (await NextAsync()).ToList();
        var (step, cuts) = (0, 0);
        foreach (var snapshot in origin.Steps(await BroadcastReplicaTests.TagsAsync(kind), hasRules: false))
        {
            // Every picture of a second in the middle, and now and then.
            if (snapshot is null or { IsEnded: true } || (++step % 97 != 0 && step is not (> 700 and < 780)))
            {
                continue;
            }

            await following.CatchUpAsync();
            await using var resumed = PacedBroadcast.GoOn(following.Replica, origin.Now + Pause, isStorageShared: true);
            if (resumed is null)
            {
                Assert.All(snapshot.Renditions, static rendition => Assert.True(rendition is { Open: null, Segments.IsEmpty: true }));
                continue;
            }

            cuts++;
            await GoesOnAsync(following.Replica, resumed, next);
        }

        Assert.InRange(cuts, 80, 1000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Window_IsWhatCanStillBeHad(bool isStorageShared)
    {
        await using var origin = new PacedBroadcast(hotSegments: 1); // Storage takes nothing: memory lets go of what is 16 segments old.
        await using var following = new Following(origin.Broadcast);
        foreach (var _ in origin.Steps(await BroadcastReplicaTests.TagsAsync("steady"), hasRules: false).Take(3_200))
        {
        }

        await following.CatchUpAsync();
        var before = following.Replica.Snapshot!;

        await using var resumed = PacedBroadcast.GoOn(following.Replica, origin.Now + Pause, isStorageShared);

        var first = before.Find("source")!.Segments.First(segment =>
            following.Replica.Media.TryGet("source", MediaNames.Segment(segment.Boundary.MediaSequence), out _)).Boundary.MediaSequence;
        Assert.InRange(first, 1, before.Find("source")!.Segments[^1].Boundary.MediaSequence - 1);
        Assert.All(resumed!.Snapshot.Renditions, rendition =>
            Assert.Equal(isStorageShared ? 0 : first, rendition.Segments[0].Boundary.MediaSequence));
    }

    [Fact]
    public async Task Broadcast_ThatHasEnded_DoesNotGoOn()
    {
        await using var origin = new PacedBroadcast();
        await using var following = new Following(origin.Broadcast);
        origin.Publish((await BroadcastReplicaTests.TagsAsync("steady")).Take(300));
        await following.FinishAsync();

        Assert.Null(PacedBroadcast.GoOn(following.Replica, origin.Now, isStorageShared: true));
    }

    [Fact]
    public async Task Edge_ThatWasTheOnlyOneToHearTheLastParts_FollowsWhoGoesOnWithoutThem()
    {
        await using var origin = new PacedBroadcast();
        await using var standby = new Following(origin.Broadcast);
        await using var ahead = new Following(origin.Broadcast);
        var step = 0;
        foreach (var _ in origin.Steps(await BroadcastReplicaTests.TagsAsync("steady")).Take(1_000))
        {
            if (++step == 700)
            {
                await standby.CatchUpAsync();
            }
        }

        await ahead.CatchUpAsync();
        Assert.True(ahead.Replica.Snapshot!.Find("source")!.Segments.Length > standby.Replica.Snapshot!.Find("source")!.Segments.Length);
        await using var resumed = PacedBroadcast.GoOn(standby.Replica, origin.Now + Pause, isStorageShared: true);

        await using var following = new Following(resumed!.Broadcast, ahead.Replica);
        await following.CatchUpAsync();
        following.AssertSame();
        foreach (var snapshot in resumed.Steps(await NextAsync(), hasRules: false))
        {
            await following.CatchUpAsync();
            following.AssertSame(areFilesCompared: snapshot!.Version % 5 == 0);
        }
    }

    /// <summary>What an encoder sends that comes back: from the beginning, at times of its own.</summary>
    private static async Task<IEnumerable<ArrivingTag>> NextAsync() =>
        (await SyntheticSource.CreateAsync(48_000)).Together(48_000, Pictures(30, 60, 0, 5_000), Sounds(48_000, 0, 5_000));

    private static async Task GoesOnAsync(BroadcastReplica earlier, PacedBroadcast resumed, IReadOnlyList<ArrivingTag> next)
    {
        var before = earlier.Snapshot!;
        using var player = new BroadcastPlayer(earlier, before.Renditions.Select(static rendition => rendition.Name));
        await player.ReloadAsync();
        var newest = before.Renditions.SelectMany(static rendition => rendition.Segments.Append(rendition.Open).OfType<Segment>())
            .MaxBy(static segment => segment.Boundary.MediaSequence)!.Boundary;

        Assert.All(resumed.Snapshot.Renditions, rendition =>
        {
            Assert.Null(rendition.Open);
            Assert.Equal(newest, rendition.Segments[^1].Boundary);
        });
        player.Broadcast = resumed.Broadcast;
        await player.ReloadAsync();
        var step = 0;
        foreach (var _ in resumed.Steps(next, hasRules: false))
        {
            if (++step % 40 == 0)
            {
                await player.ReloadAsync();
            }
        }

        await player.ReloadAsync();
        AssertKept(before, earlier, resumed.Broadcast);
        foreach (var rendition in resumed.Snapshot.Renditions)
        {
            AssertInARow(rendition);
            var first = rendition.Find(newest.MediaSequence + 1)!;
            Assert.Equal(newest.DiscontinuitySequence + 1, first.Boundary.DiscontinuitySequence);
            Assert.True(first.Boundary.Period > before.Periods[^1].Index);
            Assert.True(first.Boundary.ProgramDateTime > newest.ProgramDateTime);
        }

        Assert.All(resumed.Snapshot.Periods.Zip(resumed.Snapshot.Periods.Skip(1)), static pair => Assert.True(pair.First.Index < pair.Second.Index));
        Assert.True(resumed.Snapshot.Version > before.Version + 100_000);
        Assert.Equal((before.StartedAt, before.TargetDuration, before.PartTarget), (resumed.Snapshot.StartedAt, resumed.Snapshot.TargetDuration, resumed.Snapshot.PartTarget));
    }

    /// <summary>Each segment and part that was announced is there, with its place and its bytes.</summary>
    private static void AssertKept(BroadcastSnapshot before, BroadcastReplica earlier, Broadcast now)
    {
        foreach (var rendition in before.Renditions)
        {
            var after = now.Snapshot!.Find(rendition.Name)!;
            Assert.Equal(rendition.PartTarget, after.PartTarget);
            Assert.Equal(rendition.Initializations, after.Initializations.Take(rendition.Initializations.Length));
            foreach (var segment in rendition.Segments)
            {
                var kept = after.Find(segment.Boundary.MediaSequence)!;
                Assert.Equal(segment with { Parts = [] }, kept with { Parts = [] });
                Assert.True(kept.Parts.IsEmpty || kept.Parts.SequenceEqual(segment.Parts));
                AssertSameBytes(earlier, now, rendition.Name, MediaNames.Segment(segment.Boundary.MediaSequence));
            }

            if (rendition.Open is { } open)
            {
                var kept = after.Find(open.Boundary.MediaSequence)!;
                Assert.Equal((open.Boundary, open.DecodeTime, open.Initialization, open.Independent), (kept.Boundary, kept.DecodeTime, kept.Initialization, kept.Independent));
                Assert.Equal(open.Parts, kept.Parts.Take(open.Parts.Length));
                Assert.All(open.Parts, part => AssertSameBytes(earlier, now, rendition.Name, MediaNames.Part(open.Boundary.MediaSequence, part.Index)));
            }
        }
    }

    private static uint TimescaleOf(RenditionSnapshot rendition, Segment segment) => rendition.Initializations[segment.Initialization].Timescale;

    private static void AssertSameBytes(BroadcastReplica earlier, Broadcast now, string rendition, string name)
    {
        if (!earlier.Media.TryHold(rendition, name, out var before))
        {
            return; // A gap.
        }

        Assert.True(now.Media.TryHold(rendition, name, out var after), name);
        Assert.Equal(before.Pieces.SelectMany(static piece => piece.ToArray()), after.Pieces.SelectMany(static piece => piece.ToArray()));
        before.Release();
        after.Release();
    }

    /// <summary>Each segment begins where the one before ended, but for a discontinuity, before which there may be a moment of nothing.</summary>
    private static void AssertInARow(RenditionSnapshot rendition)
    {
        foreach (var (segment, next) in rendition.Segments.Zip(rendition.Segments.Skip(1)))
        {
            Assert.Equal(segment.Boundary.MediaSequence + 1, next.Boundary.MediaSequence);
            if (TimescaleOf(rendition, segment) == TimescaleOf(rendition, next))
            {
                var hole = (next.DecodeTime - segment.DecodeTime - segment.Duration) / (double)TimescaleOf(rendition, next);
                Assert.InRange(hole, 0, segment.Boundary.DiscontinuitySequence == next.Boundary.DiscontinuitySequence ? 0 : 1.5);
            }
        }
    }
}
