using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Databases;
using Streaming.Cluster.Tests.Broadcasts;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>That something is not there deletes nothing, and what the journal refuses changes nothing.</summary>
public sealed class MissingMediaTests : IDisposable
{
    private static readonly StorageUnavailableException Away = new("The media volume is not there.");

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedStorage _storage = new() { Failure = Away };
    private readonly FakeTimeProvider _time = new(Stored.Start);
    private RecordingJournal _journal;

    public MissingMediaTests() => _journal = new RecordingJournal(_folder["recordings.db"]);

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Recover_StorageAway_ListsAllAsMissing_AndFindsThemWhenItIsBack()
    {
        await RecordAsync(Library(), "b1");
        await RecordAsync(Library(), "b2", isEnded: false);
        _storage.FailsOn = "live";

        var library = Library();
        await library.RecoverAsync(default);

        Assert.True(library.Find("b1")!.IsMissing);
        Assert.Equal(0, library.SizeBytes);
        _storage.FailsOn = null;
        await library.LookAsync(default);

        Assert.Equal(["b2", "b1"], library.Of("news").Select(recording => recording.Id));
        Assert.All(library.Of("news"), recording => Assert.Equal((false, 3000), (recording.IsMissing, recording.SizeBytes)));
        foreach (var id in (string[])["b1", "b2"])
        {
            Assert.Equal(3, (await _journal.ReadAsync(id))!.Renditions[0].Segments.Length);
        }

        Assert.Empty(await library.OrphansAsync());
    }

    [Fact]
    public async Task RunRetention_SomethingThatNobodyExpects_LooksAgain()
    {
        await RecordAsync(Library(), "b1");
        var library = Library();
        await library.RecoverAsync(default);
        _storage.Failure = new InvalidOperationException("A mistake.");
        _storage.FailsOn = "live";
        using var stop = new CancellationTokenSource();
        var running = library.RunRetentionAsync(stop.Token);
        Assert.False(running.IsFaulted, running.Exception?.Message);

        // It goes on looking, and sees what is gone meanwhile.
        _storage.FailsOn = null;
        await _storage.DeleteFolderAsync("live/b1", default);
        while (!library.Find("b1")!.IsMissing && !running.IsCompleted)
        {
            _time.Advance(RecordingLibrary.RetentionInterval);
            await Task.Yield();
        }

        Assert.True(library.Find("b1")!.IsMissing);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Recover_FolderGone_IsMissingUntilItIsBack()
    {
        await RecordAsync(Library(), "b1");
        await RecordAsync(Library(), "b2", isEnded: false);
        await _storage.DeleteFolderAsync("live/b1", default);
        await _storage.DeleteFolderAsync("live/b2", default);

        var library = Library();
        await library.RecoverAsync(default);
        await library.PruneAsync(default);

        Assert.Equal([true, true], library.Of("news").Select(recording => recording.IsMissing));
        await StoreAsync("b1", 3);
        await StoreAsync("b2", 3);
        await library.LookAsync(default);
        Assert.Equal([false, false], library.Of("news").Select(recording => recording.IsMissing));
        Assert.Equal(6000, library.SizeBytes);
    }

    [Fact]
    public async Task Recover_CutOffAndNoFileThere_KeepsAllSegments()
    {
        await RecordAsync(Library(), "b1", isEnded: false);
        await _storage.DeleteFolderAsync("live/b1", default);
        await _storage.WriteAsync("live/b1/source/other", [new byte[1]], default);

        await Library().RecoverAsync(default);

        Assert.Equal(3, (await _journal.ReadAsync("b1"))!.Renditions[0].Segments.Length);
    }

    [Fact]
    public async Task Prune_MissingRecording_NeitherCountsNorGoesForSpace()
    {
        var before = Library();
        await RecordAsync(before, "b1");
        await RecordAsync(before, "b2");
        await _storage.DeleteFolderAsync("live/b1", default);

        var library = Library(new() { MaxBytes = 3000 });
        await library.RecoverAsync(default);
        await library.PruneAsync(default);

        Assert.Equal(2, library.Of("news").Count);
    }

    [Fact]
    public async Task Delete_StorageAway_IsGoneAtOnce_AndItsFilesWhenItIsBack()
    {
        var library = Library();
        await RecordAsync(library, "b1");
        _storage.FailsOn = "live";

        Assert.True(await library.DeleteAsync("b1", default));

        Assert.Null(library.Find("b1"));
        Assert.Equal(3000, _storage.UsedBytes);
        library = Library();
        await library.RecoverAsync(default); // Nor does the next start list it again.
        Assert.Empty(library.Of("news"));
        _storage.FailsOn = null;
        await library.LookAsync(default);
        Assert.Equal(0, _storage.UsedBytes);
        Assert.Empty(await library.OrphansAsync());
        Assert.False(await _journal.KnowsAsync("b1"));
    }

    [Fact]
    public async Task Delete_JournalRefuses_ChangesNothing()
    {
        var library = Library();
        await RecordAsync(library, "b1");
        using (Refusing.Changes(_journal.Name, "INSERT", "leaving"))
        {
            await Assert.ThrowsAsync<SqliteException>(() => library.DeleteAsync("b1", default));
            await Assert.ThrowsAsync<SqliteException>(() => library.LeaveChannelAsync("news"));
        }

        Assert.NotNull(library.Find("b1"));
        Assert.NotNull(await library.TimelineAsync("b1"));
        Assert.Equal(3000, _storage.UsedBytes);
        Assert.True(await library.DeleteAsync("b1", default));
    }

    [Fact]
    public async Task End_JournalRefuses_KeepsTheMediaAndEndsLater()
    {
        var library = Library();
        var recording = await RecordAsync(library, "b1", isEnded: false);
        var retired = new TaskCompletionSource();
        var archive = new SegmentArchive("live/b1", _storage, NullLogger.Instance, recording);
        using (Refusing.Changes(_journal.Name, "UPDATE", "broadcasts"))
        {
            retired.SetResult();
            await archive.FinishAsync(Task.CompletedTask, retired.Task);
        }

        Assert.Equal(3000, _storage.UsedBytes);
        Assert.Null(library.Find("b1"));
        await library.LookAsync(default);
        Assert.Equal(3000, library.Find("b1")!.SizeBytes);
        Assert.Equal(3000, library.SizeBytes);
    }

    [Fact]
    public async Task Crash_BeforeTheFirstSegmentWasWritten_LeavesNoOrphan()
    {
        await Library().Record("b1", "news", new SegmentationOptions()).BeginAsync();
        await _storage.WriteAsync("live/b1/source/0.m4s", [new byte[10]], default);

        var library = Library();
        await library.RecoverAsync(default);

        Assert.Empty(await library.OrphansAsync());
        Assert.Equal(0, _storage.UsedBytes);
    }

    [Fact]
    public async Task Orphan_InQuarantine_IsKeptWhateverTheClockSays()
    {
        await _storage.WriteAsync("live/b1/source/0.m4s", [new byte[10]], default);
        var library = Library(new() { Quarantine = TimeSpan.FromMinutes(2) });
        await library.RecoverAsync(default);
        Assert.Equal(Stored.Start, Assert.Single(await library.OrphansAsync()).SeenAt);

        // Off for a year, or a clock that jumped: nobody has looked at it for longer.
        _time.Advance(TimeSpan.FromDays(365));
        await library.LookAsync(default);
        Reopen();
        library = Library(new() { Quarantine = TimeSpan.FromMinutes(2) });
        await library.RecoverAsync(default);
        Assert.Equal(RecordingLibrary.RetentionInterval * 2, Assert.Single(await library.OrphansAsync()).SeenFor);
        Assert.Equal(10, _storage.UsedBytes);

        for (var look = 0; look < 2; look++)
        {
            _time.Advance(RecordingLibrary.RetentionInterval);
            await library.LookAsync(default);
        }

        Assert.Empty(await library.OrphansAsync());
        Assert.Equal(0, _storage.UsedBytes);
    }

    [Fact]
    public async Task Orphan_StorageAway_GrowsNoOlder()
    {
        await _storage.WriteAsync("live/b1/source/0.m4s", [new byte[10]], default);
        var library = Library();
        await library.RecoverAsync(default);
        _storage.FailsOn = "live";
        await library.LookAsync(default);
        _time.Advance(RecordingLibrary.RetentionInterval);
        _storage.FailsOn = null;

        await library.LookAsync(default);

        Assert.Equal(TimeSpan.Zero, Assert.Single(await library.OrphansAsync()).SeenFor);
    }

    [Fact]
    public async Task Orphan_JournalPutBack_IsARecordingAgain()
    {
        await RecordAsync(Library(), "b1");
        _journal.Dispose();
        File.Move(_folder["recordings.db"], _folder["copy.db"]);
        _journal = new RecordingJournal(_folder["recordings.db"]);
        var library = Library();
        await library.RecoverAsync(default);
        Assert.Equal(["b1"], (await library.OrphansAsync()).Select(orphan => orphan.Folder));
        Assert.Equal(3000, await library.MeasureAsync((await library.OrphansAsync())[0], default));
        Assert.Equal(0, library.SizeBytes);

        _journal.Dispose();
        File.Move(_folder["copy.db"], _folder["recordings.db"], overwrite: true);
        _journal = new RecordingJournal(_folder["recordings.db"]);
        library = Library();
        await library.RecoverAsync(default);

        Assert.Empty(await library.OrphansAsync());
        Assert.False(library.Find("b1")!.IsMissing);
    }

    [Fact]
    public async Task DeleteOrphan_KnownOrUnseen_IsRefused()
    {
        var library = Library();
        await RecordAsync(library, "b1");
        await _storage.WriteAsync("live/b2/source/0.m4s", [new byte[10]], default);

        Assert.False(await library.DeleteOrphanAsync("b1", "", default));
        Assert.False(await library.DeleteOrphanAsync("b2", "", default)); // Not seen as yet.
        await library.LookAsync(default);
        Assert.True(await library.DeleteOrphanAsync("b2", "", default));

        Assert.Equal(3000, _storage.UsedBytes);
        Assert.Empty(await library.OrphansAsync());
    }

    private RecordingLibrary Library(RecordingOptions? options = null) =>
        new(_journal, options ?? new(), _storage, _time, NullLogger<RecordingLibrary>.Instance);

    private void Reopen()
    {
        _journal.Dispose();
        _journal = new RecordingJournal(_folder["recordings.db"]);
    }

    private async Task StoreAsync(string id, int segments)
    {
        for (var sequence = 0; sequence < segments; sequence++)
        {
            await _storage.WriteAsync($"live/{id}/source/{MediaNames.Segment(sequence)}", [new byte[1000]], default);
        }
    }

    private async Task<BroadcastRecording> RecordAsync(RecordingLibrary library, string id, bool isEnded = true)
    {
        var recording = library.Record(id, "news", new SegmentationOptions());
        await StoreAsync(id, 3);
        for (var sequence = 0; sequence < 3; sequence++)
        {
            var stored = Stored.Segment("source", Stored.Video(720), sequence);
            recording.Add(stored.Period);
            await recording.AddAsync("source", stored.Segment, stored.Configuration, stored.FrameRate);
        }

        if (isEnded)
        {
            await recording.EndAsync();
        }

        return recording;
    }
}
