using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>What is kept, and for how long.</summary>
public sealed class RecordingLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStorage _storage = new(1 << 20);
    private readonly FakeTimeProvider _time = new(Stored.Start);
    private readonly RecordingJournal _journal;

    public RecordingLibraryTests() => _journal = new RecordingJournal(_folder["recordings.db"]);

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Prune_TooOld_IsDeletedWithItsFiles()
    {
        var library = Library(new() { MaxAge = TimeSpan.FromDays(1) });
        await RecordAsync(library, "b1", segments: 3);
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(5));
        await library.PruneAsync(default);
        Assert.NotNull(library.Find("b1")); // It ended after 6 s.

        _time.Advance(TimeSpan.FromSeconds(1));
        await library.PruneAsync(default);

        Assert.Null(library.Find("b1"));
        Assert.Null(await library.TimelineAsync("b1"));
        Assert.Equal(0, _storage.UsedBytes);
        Assert.Empty(await _journal.ReadRecordingsAsync());
    }

    [Fact]
    public async Task RunRetention_TimePasses_Prunes()
    {
        var library = Library(new() { MaxAge = TimeSpan.FromMinutes(1) });
        await RecordAsync(library, "b1", segments: 1);
        using var stop = new CancellationTokenSource();
        var running = library.RunRetentionAsync(stop.Token);

        while (library.Find("b1") is not null)
        {
            _time.Advance(RecordingLibrary.RetentionInterval);
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Prune_TooMuch_DeletesTheOldestFirstAndNoMoreThanNeeded()
    {
        var library = Library(new() { MaxBytes = 7000 });
        await RecordAsync(library, "b3", segments: 2);
        await RecordAsync(library, "b1", segments: 4);
        await RecordAsync(library, "b2", segments: 5);
        Assert.Equal(11_000, library.SizeBytes);

        await library.PruneAsync(default);

        Assert.Equal(["b2"], library.Of("news").Select(recording => recording.Id));
        Assert.Equal(5000, library.SizeBytes);
        Assert.Equal(5000, _storage.UsedBytes);
    }

    [Fact]
    public async Task Prune_BroadcastUnderWay_CountsAndStays()
    {
        var library = Library(new() { MaxBytes = 3500 });
        await RecordAsync(library, "b1", segments: 2);
        await RecordAsync(library, "b2", segments: 2, isEnded: false);

        await library.PruneAsync(default);

        Assert.Empty(library.Of("news"));
        Assert.Equal(["b2"], (await _journal.ReadUnendedAsync()).Select(unended => unended.Id));
        Assert.Equal(2000, _storage.UsedBytes);
    }

    [Fact]
    public async Task Prune_BroadcastUnderWayTooLarge_LosesItsBeginningAfterOlderRecordings()
    {
        var library = Library(new() { MaxBytes = 7000 });
        await RecordAsync(library, "b1", segments: 2);
        var growing = await RecordAsync(library, "b2", segments: 6, isEnded: false);
        await RecordAsync(library, "b2", segments: 6, isEnded: false, rendition: "240p");
        growing.Release(4);

        await library.PruneAsync(default);

        // 5,000 bytes too many: three segments of both renditions are more, two would not do.
        Assert.Empty(library.Of("news"));
        Assert.Equal(6000, library.SizeBytes);
        Assert.Equal(6000, _storage.UsedBytes);
        Assert.Empty(await _journal.ReadLetGoAsync());

        await growing.EndAsync();
        var recording = Assert.Single(library.Of("news"));
        Assert.Equal(
            (Stored.Start.AddSeconds(6), TimeSpan.FromSeconds(6), 6000), (recording.StartedAt, recording.Duration, recording.SizeBytes));
        Assert.All((await library.TimelineAsync("b2"))!.Renditions, rendition =>
        {
            Assert.Equal([3, 4, 5], rendition.Segments.Select(segment => segment.Boundary.MediaSequence));
            Assert.DoesNotContain(rendition.Segments, segment => segment.IsGap);
        });
    }

    [Fact]
    public async Task Prune_BroadcastUnderWayTooLarge_KeepsWhatLiveViewersCanGoBackTo()
    {
        var library = Library(new() { MaxBytes = 1500 });
        var growing = await RecordAsync(library, "b1", segments: 6, isEnded: false);
        await library.PruneAsync(default);
        Assert.Equal(6000, library.SizeBytes);

        growing.Release(2);
        await library.PruneAsync(default);
        await library.PruneAsync(default);

        Assert.Equal(4000, library.SizeBytes);
        Assert.Equal(4000, _storage.UsedBytes);
        Assert.NotNull(await library.OpenAsync("b1", "source", MediaNames.Segment(2), default));
    }

    [Fact]
    public async Task Recover_CrashedWhileLettingGo_FinishesIt()
    {
        var storage = new Broadcasts.ScriptedStorage();
        var before = Library(new() { MaxBytes = 3000 }, storage);
        var growing = await RecordAsync(before, "b1", segments: 6, isEnded: false, storage: storage);
        growing.Release(6);
        storage.FailsOn = MediaNames.Segment(1);
        await Assert.ThrowsAsync<IOException>(() => before.PruneAsync(default));

        // The journal does not list them any more, and knows which files are left.
        Assert.Equal([3, 4, 5], (await _journal.ReadAsync("b1"))!.Renditions[0].Segments.Select(segment => segment.Boundary.MediaSequence));
        Assert.Equal([1, 2], (await _journal.ReadLetGoAsync()).Select(segment => segment.MediaSequence));
        Assert.Equal(5000, storage.UsedBytes);

        storage.FailsOn = null;
        var library = Library(new(), storage);
        await library.RecoverAsync(default);

        Assert.Equal(3000, storage.UsedBytes);
        Assert.Empty(await _journal.ReadLetGoAsync());
        Assert.Equal(TimeSpan.FromSeconds(6), Assert.Single(library.Of("news")).Duration);
    }

    [Fact]
    public async Task Record_NotEnabled_KeepsNothing_AlsoAfterACrash()
    {
        var before = Library(new() { Enabled = false });
        Assert.False((await RecordAsync(before, "b1", segments: 2)).IsKept);
        await before.LookAsync(default);
        Assert.Equal(2000, _storage.UsedBytes); // Its live viewers have it yet.
        Assert.Empty(await before.OrphansAsync());

        var library = Library(new());
        await library.RecoverAsync(default);

        Assert.Empty(library.Of("news"));
        Assert.Empty(await library.OrphansAsync());
        Assert.Equal(0, _storage.UsedBytes);
    }

    [Fact]
    public async Task Recover_CutOffBroadcast_IsARecordingUpToItsLastStoredSegment()
    {
        await RecordAsync(Library(new()), "b1", segments: 5, isEnded: false);
        await _storage.DeleteAsync("live/b1/source/4.m4s", default);

        var library = Library(new());
        await library.RecoverAsync(default);

        var recording = Assert.Single(library.Of("news"));
        Assert.Equal((TimeSpan.FromSeconds(8), 4000), (recording.Duration, recording.SizeBytes));
        Assert.Equal(Stored.Start.AddSeconds(8), recording.EndedAt);
        Assert.Equal(4, (await library.TimelineAsync("b1"))!.Renditions[0].Segments.Length);
    }

    [Fact]
    public async Task Recover_RenditionsStoredUnequallyFar_EndTogether()
    {
        var before = Library(new());
        await RecordAsync(before, "b1", segments: 5, isEnded: false);
        await RecordAsync(before, "b1", segments: 4, isEnded: false, rendition: "240p");
        await RecordAsync(before, "b1", segments: 1, isEnded: false, rendition: "360p"); // This one had failed.

        var library = Library(new());
        await library.RecoverAsync(default);

        var recording = Assert.Single(library.Of("news"));
        Assert.Equal(TimeSpan.FromSeconds(8), recording.Duration);
        Assert.Equal(Stored.Start.AddSeconds(8), recording.EndedAt);
        var timeline = (await library.TimelineAsync("b1"))!;
        Assert.Equal([4, 4, 4], timeline.Renditions.Select(rendition => rendition.Segments.Length));
        Assert.Equal([0, 0, 3], timeline.Renditions.Select(rendition => rendition.Segments.Count(segment => segment.IsGap)));
    }

    [Fact]
    public async Task End_RenditionsStoredUnequallyFar_KeepsAllOfTheLongest()
    {
        var library = Library(new());
        await RecordAsync(library, "b1", segments: 4, isEnded: false, rendition: "240p");
        await RecordAsync(library, "b1", segments: 5);

        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Single(library.Of("news")).Duration);
        Assert.All((await library.TimelineAsync("b1"))!.Renditions, rendition => Assert.Equal(5, rendition.Segments.Length));
    }

    [Fact]
    public async Task Recover_KeepsWhatIsNoRecording_AndRemembersWhatIsNotThere()
    {
        var before = Library(new());
        await RecordAsync(before, "b1", segments: 1);
        await RecordAsync(before, "b2", segments: 1);
        await _storage.WriteAsync("live/b3/source/0.m4s", [new byte[10]], default);
        await _storage.DeleteFolderAsync("live/b2", default);

        var library = Library(new());
        await library.RecoverAsync(default);

        Assert.Equal(["b2", "b1"], library.Of("news").Select(recording => recording.Id));
        Assert.Equal([true, false], library.Of("news").Select(recording => recording.IsMissing));
        Assert.Equal(["b1", "b3"], (await _storage.ListFoldersAsync("live", default)).Order());
        Assert.Equal(["b3"], (await library.OrphansAsync()).Select(orphan => orphan.Folder));
        Assert.NotNull(await _journal.ReadAsync("b2"));
    }

    [Fact]
    public async Task LeaveChannel_OneOfTwo_DeletesItsRecordingsOnly()
    {
        var library = Library(new());
        await RecordAsync(library, "b1", segments: 1);
        await RecordAsync(library, "b2", segments: 1, channel: "sports");

        await library.LeaveChannelAsync("news");
        await library.FinishLeavingAsync(default);

        Assert.Empty(library.Of("news"));
        Assert.Single(library.Of("sports"));
        Assert.Equal(["b2"], await _storage.ListFoldersAsync("live", default));
        Assert.False(await library.DeleteAsync("b1", default));
    }

    private RecordingLibrary Library(RecordingOptions options, IMediaStorage? storage = null) =>
        new(_journal, options, storage ?? _storage, _time, NullLogger<RecordingLibrary>.Instance);

    private async Task<BroadcastRecording> RecordAsync(
        RecordingLibrary library,
        string id,
        int segments,
        bool isEnded = true,
        string channel = "news",
        string rendition = "source",
        IMediaStorage? storage = null)
    {
        var recording = library.Record(id, channel, new SegmentationOptions())!;
        for (var sequence = 0; sequence < segments; sequence++)
        {
            var stored = Stored.Segment(rendition, Stored.Video(720), sequence);
            recording.Add(stored.Period);
            await (storage ?? _storage).WriteAsync(
                $"live/{id}/{rendition}/{MediaNames.Segment(sequence)}", [new byte[stored.Segment.Length]], default);
            await recording.AddAsync(rendition, stored.Segment, stored.Configuration, stored.FrameRate);
        }

        if (isEnded)
        {
            await recording.EndAsync();
        }

        return recording;
    }
}
