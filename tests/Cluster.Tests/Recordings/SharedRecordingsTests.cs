using System.Data.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Databases;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>Two nodes with one journal, and one bucket.</summary>
public sealed class SharedRecordingsTests(SharedPostgres postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly FakeTimeProvider _time = new(Stored.Start);
    private readonly MemoryStorage _bucket = new(1 << 20);
    private readonly Announced _announced = new();
    private string _address = "";
    private RecordingJournal _firstJournal = null!;
    private RecordingJournal _secondJournal = null!;
    private RecordingLibrary _first = null!;
    private RecordingLibrary _second = null!;

    public async ValueTask InitializeAsync()
    {
        _address = await postgres.CreateDatabaseAsync();
        (_firstJournal, _first) = Open(_address);
        (_secondJournal, _second) = Open(_address);
        await _second.RecoverAsync(default);
    }

    public ValueTask DisposeAsync()
    {
        _firstJournal.Dispose();
        _secondJournal.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Recording_OfOneNode_IsListedPlayedAndDeletedByTheOther()
    {
        var recording = await RecordAsync(_first, "b1", 3, sequences: [0, 1, 2]);
        await recording.EndAsync();
        Assert.Empty(_second.Of("news"));
        await _second.FollowAsync();

        Assert.False(Assert.Single(_second.Of("news")).IsMissing);
        Assert.Equal(3, (await _second.TimelineAsync("b1"))!.Renditions[0].Segments.Length);
        Assert.NotNull(await _second.OpenAsync("b1", "source", MediaNames.Segment(1), default));
        Assert.True(await _second.DeleteAsync("b1", default));

        Assert.NotNull(_first.Find("b1"));
        await _first.FollowAsync();
        Assert.Null(_first.Find("b1"));
        Assert.Null(await _first.TimelineAsync("b1"));
        Assert.Equal(0, _bucket.UsedBytes);
    }

    [Fact]
    public async Task RunFollowing_TimePasses_HasWhatTheOtherNodeDid()
    {
        using var stop = new CancellationTokenSource();
        var running = _second.RunFollowingAsync(stop.Token);
        await (await RecordAsync(_first, "b1", 3, sequences: [0])).EndAsync();
        await UntilAsync(() => _second.Find("b1") is not null);
        await _first.LeaveChannelAsync("news");
        await UntilAsync(() => _second.Find("b1") is null);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Record_BroadcastOfAnotherNode_GoesOnWithIt_AndTheFirstLeavesItAlone()
    {
        var before = await RecordAsync(_first, "b1", 3, sequences: [0, 1]);

        var after = await RecordAsync(_second, "b1", 8, sequences: [2]);
        Assert.Equal(3000, after.SizeBytes);
        await Assert.ThrowsAsync<OvertakenException>(() => AddAsync(before, 9));
        await Assert.ThrowsAsync<OvertakenException>(before.BeginAsync);
        await before.EndAsync();
        Assert.False(before.IsGone);
        Assert.Null(_first.Find("b1"));
        await after.EndAsync();

        var recording = _second.Find("b1")!;
        Assert.Equal((3000, TimeSpan.FromSeconds(6)), (recording.SizeBytes, recording.Duration));
    }

    [Fact]
    public async Task Look_BroadcastOfAnotherNode_IsClosedWhenItHasBeenUnderWayNowhereForLong()
    {
        await RecordAsync(_first, "b1", 3, sequences: [0, 1]);
        _announced.Ids.Add("b1");
        await LookForAsync(TimeSpan.FromMinutes(5));
        Assert.Null(_second.Find("b1"));

        _announced.Ids.Clear(); // Its node is dead.
        await LookForAsync(TimeSpan.FromSeconds(30));
        Assert.Null(_second.Find("b1"));
        await LookForAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(2000, _second.Find("b1")!.SizeBytes);
    }

    [Fact]
    public async Task Look_BroadcastOfAnotherNodeThatIsNotKept_KeepsItsMediaWhileItIsUnderWay()
    {
        var (journal, library) = Open(_address, new() { Enabled = false });
        using (journal)
        {
            await RecordAsync(library, "b1", 3, sequences: [0, 1]);
            _announced.Ids.Add("b1");
            await LookForAsync(TimeSpan.FromMinutes(5));
            Assert.Equal(2000, _bucket.UsedBytes);

            _announced.Ids.Clear();
            await LookForAsync(TimeSpan.FromMinutes(2));
            Assert.Equal(0, _bucket.UsedBytes);
        }
    }

    [Fact]
    public async Task Prune_CountsWhatOtherNodesHaveUnderWay()
    {
        await (await RecordAsync(_first, "b1", 3, sequences: [0, 1])).EndAsync();
        await RecordAsync(_first, "b2", 4, sequences: [0, 1]);
        var (journal, library) = Open(_address, new() { MaxBytes = 3000 });
        using (journal)
        {
            await library.RecoverAsync(default);
            Assert.NotNull(library.Find("b1"));

            await library.PruneAsync(default);

            Assert.Null(library.Find("b1"));
            Assert.Equal(2000, library.SizeBytes);
        }
    }

    [Fact]
    public async Task Recording_OnTheOtherNodesDisk_IsListedAndNotLookedFor()
    {
        var (journal, library) = Open(_address, storage: "a disk");
        using (journal)
        {
            await (await RecordAsync(_first, "b1", 3, sequences: [0])).EndAsync();
            await library.RecoverAsync(default);

            Assert.True(library.IsElsewhere(library.Find("b1")!));
            Assert.True(library.Find("b1")!.IsMissing);
            Assert.Equal(0, library.SizeBytes);
            Assert.True(await library.DeleteAsync("b1", default));
            Assert.Equal(1000, _bucket.UsedBytes); // By who has it.
            await _second.LookAsync(default);
            Assert.Equal(0, _bucket.UsedBytes);
        }
    }

    [Fact]
    public async Task Database_AwayForAWhile_WhatIsStoredWaitsAndIsWrittenInOrder()
    {
        await using var server = await TestPostgres.StartAsync();
        var (journal, library) = Open(await server.CreateDatabaseAsync());
        using (journal)
        {
            await (await RecordAsync(library, "kept", 2, sequences: [0])).EndAsync();
            var before = await RecordAsync(library, "b1", 3, sequences: [0]);
            await server.CrashAsync();

            await AddAsync(before, 1);
            before.Miss();
            await AddAsync(before, 3);
            var during = await RecordAsync(library, "b2", 4, sequences: [0, 1], channel: "sports");
            Assert.True(before.IsWaiting && during.IsWaiting);
            await Assert.ThrowsAnyAsync<DbException>(() => library.DeleteAsync("kept", default));
            Assert.NotNull(library.Find("kept"));
            await Assert.ThrowsAnyAsync<DbException>(during.EndAsync);
            using var stop = new CancellationTokenSource();
            var running = library.RunFollowingAsync(stop.Token);
            await server.GoOnAsync();
            await UntilAsync(() => library.Find("b2") is not null && !before.IsWaiting);
            await before.EndAsync();

            Assert.Equal((2, 0), (Segments(await library.TimelineAsync("b2")), library.Find("b2")!.MissingSegments));
            Assert.Equal((3, 1), (Segments(await library.TimelineAsync("b1")), library.Find("b1")!.MissingSegments));
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
    }

    [Fact]
    public async Task Database_AwayForLong_MoreThanMayWaitIsMissing()
    {
        await using var server = await TestPostgres.StartAsync();
        var (journal, library) = Open(await server.CreateDatabaseAsync());
        using (journal)
        {
            await server.CrashAsync();
            var recording = library.Record("b1", "news", new SegmentationOptions(), 3);
            for (var sequence = 0; sequence < BroadcastRecording.WaitingMax; sequence++)
            {
                await AddAsync(recording, sequence);
            }

            await Assert.ThrowsAnyAsync<DbException>(() => AddAsync(recording, BroadcastRecording.WaitingMax));
        }
    }

    [Fact]
    public async Task TakeOver_OfWhatANodeRecordedAlone_IsOnceAndDeletesNothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder["recordings.db"];
        using (var alone = new RecordingJournal(path))
        {
            await alone.BeginAsync("old", "news", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1), 5);
            await alone.AddAsync("old", Stored.Segment("source", Stored.Video(720), 0), 5);
            await alone.EndAsync("old", Stored.Start.AddSeconds(2), 5);
            await alone.AddMissingAsync("old", 2);
            await alone.BeginAsync("left", "news", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1), 6);
            await alone.LeaveAsync("left");
        }

        File.Copy(path, folder["copy.db"]);

        Assert.Equal(2, await _firstJournal.TakeOverAsync(path));
        Assert.Equal(0, await _firstJournal.TakeOverAsync(path));
        Assert.Equal(0, await _secondJournal.TakeOverAsync(folder["copy.db"])); // Cut off before the file was renamed.
        Assert.False(File.Exists(path));
        Assert.True(File.Exists(path + RecordingJournal.TakenOver));
        await _second.FollowAsync();

        var recording = Assert.Single(_second.Of("news"));
        Assert.Equal(("old", 1000L, 2, true), (recording.Id, recording.SizeBytes, recording.MissingSegments, recording.IsOn("bucket")));
        Assert.Equal(("news", 6L), Assert.Single(_secondJournal.ReadNewestEpochs()));
        Assert.Equal([("left", false)], await _secondJournal.ReadLeavingAsync());
    }

    [Fact]
    public void Identity_OfABucket_IsWhatTheFirstNodeProposed()
    {
        using var first = RecordingJournal.OnServer(_address, "/videos", "one");
        using var second = RecordingJournal.OnServer(_address, "/videos", "two");
        using var other = RecordingJournal.OnServer(_address, "/others", "three");

        Assert.Equal(("one", "one", "three"), (first.Storage, second.Storage, other.Storage));
    }

    private static int Segments(BroadcastSnapshot? timeline) =>
        timeline!.Renditions[0].Segments.Count(static segment => !segment.IsGap);

    private (RecordingJournal Journal, RecordingLibrary Library) Open(
        string address, RecordingOptions? options = null, string storage = "bucket")
    {
        var journal = RecordingJournal.OnServer(address, storage);
        return (journal, new(
            journal, options ?? new(), _bucket, _time, NullLogger<RecordingLibrary>.Instance, _announced, TimeSpan.FromSeconds(60)));
    }

    /// <summary>The second node looks as often as it does, for that long.</summary>
    private async Task LookForAsync(TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += RecordingLibrary.RetentionInterval)
        {
            await _second.LookAsync(default);
            _time.Advance(RecordingLibrary.RetentionInterval);
        }

        await _second.LookAsync(default);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            _time.Advance(RecordingLibrary.FollowingInterval);
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task<BroadcastRecording> RecordAsync(
        RecordingLibrary library, string id, long epoch, long[] sequences, string channel = "news")
    {
        var recording = library.Record(id, channel, new SegmentationOptions(), epoch);
        await recording.BeginAsync();
        foreach (var sequence in sequences)
        {
            await _bucket.WriteAsync($"live/{id}/source/{MediaNames.Segment(sequence)}", [new byte[1000]], default);
            await AddAsync(recording, sequence);
        }

        return recording;
    }

    private static async Task AddAsync(BroadcastRecording recording, long sequence)
    {
        var stored = Stored.Segment("source", Stored.Video(720), sequence);
        recording.Add(stored.Period);
        await recording.AddAsync("source", stored.Segment, stored.Configuration, stored.FrameRate);
    }

    private sealed class Announced : IBroadcastsUnderWay
    {
        public HashSet<string> Ids { get; } = [];

        public bool HasElsewhere(string broadcastId) => Ids.Contains(broadcastId);
    }
}
