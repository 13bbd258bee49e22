using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Pipeline.Tests.Storage.Spill;

/// <summary>
/// What the bucket does not take is not lost: it waits on disk, in order and within its budget, and follows. By a clock of ours.
/// </summary>
public sealed class SpillingStorageTests : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-spill-").FullName;
    private readonly PauseTime _time = new();
    private readonly FickleBucket _bucket = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TestMeters _meters = new();
    private readonly StorageInstruments _instruments;
    private SpillingStorage _storage;
    private Task _running = Task.CompletedTask;

    public SpillingStorageTests()
    {
        _instruments = new StorageInstruments(_meters);
        _storage = Open(1 << 20);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _meters.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Write_BucketTakesIt_DoesNotTouchTheDisk()
    {
        await WriteAsync("live/b/source/0.m4s", "media");

        Assert.Equal(["live/b/source/0.m4s"], _bucket.Taken);
        Assert.Empty(Files());
        Assert.Equal((false, 0, 0L, null), (Status.IsAway, Status.Objects, Status.UsedBytes, Status.LastError));
    }

    [Fact]
    public async Task Write_BucketFails_IsStoredAndReadFromTheDisk_AndOthersAreNotTriedBeforeTheOldest()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");
        await WriteAsync("live/b/audio/0.m4s", "sound");

        Assert.Equal(["live/b/source/0.m4s"], _bucket.Tried);
        Assert.Equal("media", await ReadAsync("live/b/source/0.m4s"));
        Assert.Equal("sound", await ReadAsync("live/b/audio/0.m4s"));
        Assert.Equal(
            (true, 2, 10L, 10L, 1L << 20, "The bucket cannot be reached."),
            (Status.IsAway, Status.Objects, Status.Bytes, Status.UsedBytes, Status.MaxBytes, Status.LastError));
        Assert.Equal(_time.GetUtcNow(), Status.Since);
        Assert.Equal(1, _meters["streaming.storage.spill.objects reason=failed"]);
        Assert.Equal(1, _meters["streaming.storage.spill.objects reason=away"]);
        Assert.Equal(2, _meters["streaming.storage.spill.waiting"]);
        Assert.Equal(10, _meters["streaming.storage.spill.used"]);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(7, _meters["streaming.storage.spill.age"]);
    }

    [Fact]
    public async Task Write_BucketIsSilent_WaitsOnDiskAfterItsDeadline()
    {
        _bucket.Gate = new TaskCompletionSource();
        var writing = WriteAsync("live/b/source/0.m4s", "media");
        Assert.Equal(1, _bucket.UnderWay);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(writing.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(1));

        await writing.WaitAsync(TimeLimit);
        Assert.Equal((true, 1, "The bucket took nothing for 5 s."), (Status.IsAway, Status.Objects, Status.LastError));
    }

    [Fact]
    public async Task Write_TooMuchIsOnItsWay_WaitsOnDiskAtOnce()
    {
        _storage = Open(1 << 20, static options => options with { DirectBytesMax = 10 });
        _bucket.Gate = new TaskCompletionSource();
        var large = WriteAsync("live/b/source/0.m4s", "more than ten");
        await WriteAsync("live/b/audio/0.m4s", "sound");

        Assert.Equal((false, 1), (Status.IsAway, Status.Objects));
        Assert.Equal(1, _meters["streaming.storage.spill.objects reason=backlog"]);
        _bucket.Gate.SetResult();
        await large.WaitAsync(TimeLimit);
        await WriteAsync("live/b/audio/1.m4s", "sound");

        // It does not overtake what waits.
        Assert.Equal(1, _meters["streaming.storage.spill.objects reason=behind"]);
        await WriteAsync("live/b/source/1.m4s", "media");
        Assert.Equal(["live/b/source/0.m4s", "live/b/source/1.m4s"], _bucket.Taken);
    }

    [Fact]
    public async Task Bucket_IsBack_GetsAllInTheOrderOfEachFolder_AndTheDiskIsEmpty()
    {
        _bucket.Failure = FickleBucket.Away;
        Run();
        for (var number = 0; number < 50; number++)
        {
            await WriteAsync($"live/b/source/{number}.m4s", $"media {number}");
            await WriteAsync($"live/b/audio/{number}.m4s", $"sound {number}");
        }

        _bucket.Failure = null;
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        foreach (var rendition in (string[])["source", "audio"])
        {
            Assert.Equal(
                Enumerable.Range(0, 50).Select(number => $"live/b/{rendition}/{number}.m4s"),
                _bucket.Taken.Where(name => name.Contains(rendition, StringComparison.Ordinal)));
        }

        Assert.Empty(Files());
        Assert.Equal((false, 0L, null), (Status.IsAway, Status.UsedBytes, Status.Since));
        Assert.Equal("media 49", await ReadAsync("live/b/source/49.m4s"));
        await WriteAsync("live/b/source/50.m4s", "media 50");
        await UntilAsync(() => _bucket.Taken.Last() == "live/b/source/50.m4s" && Files().Count == 0);
    }

    [Fact]
    public async Task Manifests_OfWhatWaits_GoIntoTheBucketAfterIt()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");
        await WriteAsync("live/b/audio/0.m4s", "sound");
        await WriteAsync("live/b/source/1.m4s", "media");
        await WriteAsync("live/b/source/index.m3u8", "a playlist");
        await WriteAsync("live/b/index.m3u8", "of playlists");
        await WriteAsync("live/c/index.m3u8", "of another");

        _bucket.Failure = null;
        Run();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        var taken = _bucket.Taken.ToList();
        Assert.Equal(6, taken.Count);
        Assert.Equal("live/b/index.m3u8", taken.Last(static name => name.StartsWith("live/b/", StringComparison.Ordinal)));
        Assert.True(taken.IndexOf("live/b/source/index.m3u8") > taken.IndexOf("live/b/source/1.m4s"));
        Assert.True(taken.IndexOf("live/c/index.m3u8") < taken.IndexOf("live/b/index.m3u8"));
    }

    [Fact]
    public async Task Manifest_WhileSegmentsWait_WaitsBehindThem_AndGoesWithTheirDeletion()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");
        _bucket.Failure = null;
        await WriteAsync("live/c/source/0.m4s", "media"); // Not tried: the bucket is away as far as anybody knows.
        Run();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));
        _bucket.Gate = new TaskCompletionSource();
        _storage = Open(1 << 20, static options => options with { DirectBytesMax = 10 });
        var large = WriteAsync("live/d/source/0.m4s", "more than ten");
        await WriteAsync("live/b/source/1.m4s", "media");

        await WriteAsync("live/b/index.m3u8", "of playlists");
        await _storage.DeleteFolderAsync("live/b", default);

        Assert.Equal(0, Status.Objects);
        Assert.Equal(1, _meters["streaming.storage.spill.objects reason=behind"]);
        _bucket.Gate.SetResult();
        await large.WaitAsync(TimeLimit);
        Run();
        await WriteAsync("live/b/index.m3u8", "again");
        await UntilAsync(() => _bucket.Taken.Last() == "live/b/index.m3u8");
    }

    [Fact]
    public async Task Bucket_IsAway_IsTriedWithOneObjectAfterPausesThatGrow()
    {
        _bucket.Failure = FickleBucket.Away;
        for (var number = 0; number < 20; number++)
        {
            await WriteAsync($"live/b/rendition-{number}/0.m4s", "media");
        }

        _bucket.Tried.Clear();
        _time.Pauses.Clear();
        Run();
        var pauses = new List<double>();
        while (pauses.Count < 6)
        {
            await UntilAsync(() => !_time.Pauses.IsEmpty);
            Assert.True(_time.Pauses.TryDequeue(out var pause));
            pauses.Add(pause.TotalSeconds);
            Assert.Equal(pauses.Count, _bucket.Tried.Count);
            _time.Advance(pause);
        }

        Assert.Equal([1, 2, 4, 8, 10, 10], pauses);
        Assert.Equal(1, _bucket.MostUnderWay);
        await UntilAsync(() => _bucket.Tried.Count == 7);
    }

    [Fact]
    public async Task Uploads_OfManyFolders_AreSoManyAtOnceAndNoMore()
    {
        _bucket.Failure = FickleBucket.Away;
        for (var number = 0; number < 20; number++)
        {
            await WriteAsync($"live/b/rendition-{number}/0.m4s", "media");
            await WriteAsync($"live/b/rendition-{number}/1.m4s", "media");
        }

        var (first, others) = (new TaskCompletionSource(), new TaskCompletionSource());
        (_bucket.Failure, _bucket.Gate) = (null, first);
        Run();
        await UntilAsync(() => _bucket.UnderWay == 1);
        _bucket.Gate = others;
        first.SetResult();
        await UntilAsync(() => _bucket.UnderWay == 8);
        others.SetResult();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        Assert.Equal(8, _bucket.MostUnderWay);
        Assert.Equal(40, _bucket.Taken.Distinct().Count());
    }

    [Fact]
    public async Task Restart_FindsWhatWaits_TheOldestFirst()
    {
        _bucket.Failure = FickleBucket.Away;
        foreach (var number in Enumerable.Range(0, 12))
        {
            await WriteAsync($"live/b/source/{number}.m4s", $"media {number}");
        }

        File.WriteAllText(Path.Combine(_folder, "live", "b", "source", "12.m4s.3.unfinished"), "half a seg"); // As kill -9 leaves it.
        _storage = Open(1 << 20);
        Assert.Equal(12, Status.Objects);
        Assert.Equal("media 3", await ReadAsync("live/b/source/3.m4s"));

        _bucket.Failure = null;
        Run();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(0, 12).Select(number => $"live/b/source/{number}.m4s"), _bucket.Taken);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Restart_BucketHasWhatWaits_IsFine()
    {
        // Killed after the bucket had taken it, and before it went from the disk.
        await WriteAsync("live/b/source/0.m4s", "media");
        File.WriteAllText(Directory.CreateDirectory(Path.Combine(_folder, "live", "b", "source")).FullName + "/0.m4s", "media");
        _storage = Open(1 << 20);
        Run();

        await UntilAsync(() => Status.Objects == 0);

        Assert.Empty(Files());
        Assert.Equal((0, "media"), (Status.Refused, await ReadAsync("live/b/source/0.m4s")));
    }

    [Fact]
    public async Task Budget_IsUsedUp_RefusesWithASentence_UntilThereIsRoom()
    {
        _storage = Open(100);
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", new string('a', 90));

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => WriteAsync("live/b/source/1.m4s", new string('b', 11)));

        Assert.Equal(
            "What waits on disk for the bucket would pass Streaming:Storage:SpillMaxBytes, 100 bytes. The bucket cannot be reached.",
            refusal.Message);
        Assert.Equal((1, 90L), (Status.Objects, Status.UsedBytes));
        Assert.Null(await ReadAsync("live/b/source/1.m4s"));
        await WriteAsync("live/b/source/2.m4s", new string('c', 10));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _storage.CheckAsync(default));

        _bucket.Failure = null;
        Run();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));
        await _storage.CheckAsync(default);
    }

    [Fact]
    public async Task Delete_OfWhatTheBucketNeverSaw_NeedsNoBucket()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");
        await WriteAsync("live/b/source/1.m4s", "media");

        await _storage.DeleteAsync("live/b/source/1.m4s", default);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _storage.DeleteAsync("live/c/source/0.m4s", default));
        Assert.Equal(0, _bucket.DeletionsTried); // It was not waited for either.
        await Assert.ThrowsAnyAsync<IOException>(() => _storage.DeleteAsync("live/b/source/0.m4s", default)); // Of it nobody knows.

        Assert.Empty(Files());
        Assert.Equal((0, 0L), (Status.Objects, Status.UsedBytes));
    }

    [Fact]
    public async Task DeleteFolder_WhileItIsUploaded_LeavesNothing()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");
        await WriteAsync("live/b/source/1.m4s", "media");
        await WriteAsync("live/b2/source/0.m4s", "other");
        (_bucket.Failure, _bucket.Gate) = (null, new TaskCompletionSource());
        Run();
        await UntilAsync(() => _bucket.UnderWay == 1);

        var deleting = _storage.DeleteFolderAsync("live/b", default);
        Assert.Null(await ReadAsync("live/b/source/1.m4s"));
        _bucket.Gate.SetResult();
        await deleting.WaitAsync(TimeLimit);
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        Assert.Empty(Files());
        Assert.Equal(5, _bucket.UsedBytes);
        Assert.Equal("other", await ReadAsync("live/b2/source/0.m4s"));
    }

    [Fact]
    public async Task List_TellsOfBoth_AndOfEachOnce()
    {
        await WriteAsync("live/b1/source/0.m4s", "one");
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b1/source/1.m4s", "three");
        await WriteAsync("live/b2/source/0.m4s", "seventh");

        Assert.Equal(["b1", "b2"], (await _storage.ListFoldersAsync("live", default)).Order());
        Assert.Equal(
            [new("live/b1/source/0.m4s", 3), new StoredObject("live/b1/source/1.m4s", 5)],
            await _storage.ListAsync("live/b1", default).OrderBy(static stored => stored.Name).ToListAsync());
    }

    [Fact]
    public async Task Conflict_StaysOnDisk_IsReadFromThere_AndKeepsNothingElse()
    {
        await WriteAsync("live/b/source/0.m4s", "theirs");
        File.WriteAllText(Directory.CreateDirectory(Path.Combine(_folder, "live", "b", "source")).FullName + "/0.m4s", "ours");
        File.WriteAllText(Path.Combine(_folder, "live", "b", "source", "1.m4s"), "next");
        _storage = Open(1 << 20);
        Run();

        await UntilAsync(() => Status.Objects == 0);

        Assert.Equal((1, 4L), (Status.Refused, Status.UsedBytes));
        Assert.Contains("other bytes", Status.LastError, StringComparison.Ordinal);
        Assert.Equal("ours", await ReadAsync("live/b/source/0.m4s"));
        Assert.Equal("live/b/source/1.m4s", _bucket.Taken.Last());
        await _storage.DeleteFolderAsync("live/b", default);
        Assert.Equal((0, 0L), (Status.Refused, Status.UsedBytes));
    }

    [Fact]
    public async Task Restart_WhatWaitsHasTheEpochThatItWasWrittenUnder()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media", 12);
        await WriteAsync("live/b/source/1.m4s", "of a version without epochs");
        Assert.Equal(
            ["live/b/source/0.m4s", "live/b/source/1.m4s"],
            await _storage.ListAsync("live", default).Select(static stored => stored.Name).Order().ToListAsync());

        _storage = Open(1 << 20);
        Assert.Equal("media", await ReadAsync("live/b/source/0.m4s"));
        _bucket.Failure = null;
        Run();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        Assert.Equal((12, 0), (_bucket.EpochOf("live/b/source/0.m4s"), _bucket.EpochOf("live/b/source/1.m4s")));
        Assert.Equal("media", await ReadAsync("live/b/source/0.m4s"));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Waiting_BucketHasTheNameOfAnotherEpoch_TheHigherOneHasIt_AndNothingStaysOnDisk()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "of the zombie", 5);
        await WriteAsync("live/c/source/0.m4s", "of the origin", 9);
        _bucket.Failure = null;
        await _bucket.WriteAsync("live/b/source/0.m4s", [Encoding.ASCII.GetBytes("of another")], 9, default);
        await _bucket.WriteAsync("live/c/source/0.m4s", [Encoding.ASCII.GetBytes("of another")], 5, default);
        Run();

        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));

        Assert.Equal("of another", await ReadAsync("live/b/source/0.m4s"));
        Assert.Equal("of the origin", await ReadAsync("live/c/source/0.m4s"));
        Assert.Equal((0, 0L), (Status.Refused, Status.UsedBytes));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Write_NameThatWaitsUnderALowerEpoch_TakesItsPlaceOnDisk()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "old", 5);
        await WriteAsync("live/b/source/0.m4s", "newer", 9);

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => WriteAsync("live/b/source/0.m4s", "older", 7));

        Assert.True(conflict.IsOvertaken);
        Assert.Equal("newer", await ReadAsync("live/b/source/0.m4s"));
        Assert.Equal((1, 5L), (Status.Objects, Status.UsedBytes));
        Assert.Single(Files());
        _bucket.Failure = null;
        Run();
        await UntilAsync(() => Status.Objects == 0, TimeSpan.FromSeconds(1));
        Assert.Equal(9, _bucket.EpochOf("live/b/source/0.m4s"));
        Assert.Equal("newer", await ReadAsync("live/b/source/0.m4s"));
    }

    [Fact]
    public async Task Delete_WhatWaitsUnderAnEpoch_IsGoneFromTheDisk()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/a/source/0.m4s", "tried", 5);
        await WriteAsync("live/b/source/0.m4s", "media", 5);

        await _storage.DeleteAsync("live/b/source/0.m4s", default);

        Assert.Null(await ReadAsync("live/b/source/0.m4s"));
        Assert.Equal(5, Status.UsedBytes);
        Assert.Single(Files());
    }

    [Fact]
    public async Task Check_SaysWhatIsWrong_AndFailsOfWhatDoesNotMendByItself()
    {
        Assert.Null(await _storage.FindTroubleAsync(default));
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");

        Assert.Equal(
            "The bucket cannot be reached. What is to be stored waits on disk meanwhile (files: 1; bytes: 5 of 1,048,576).",
            await _storage.FindTroubleAsync(default));
        await _storage.CheckAsync(default);

        await _storage.DeleteFolderAsync("live/b", default).ContinueWith(static _ => { }, TaskScheduler.Default);
        _bucket.Failure = new StorageUnavailableException("The bucket belongs to another.");
        Assert.Equal(
            "The bucket belongs to another.",
            (await Assert.ThrowsAsync<StorageUnavailableException>(() => _storage.FindTroubleAsync(default))).Message);
    }

    [Fact]
    public async Task Write_SameNameThatWaits_IsTheSameOrAConflict()
    {
        _bucket.Failure = FickleBucket.Away;
        await WriteAsync("live/b/source/0.m4s", "media");

        await WriteAsync("live/b/source/0.m4s", "media");
        await Assert.ThrowsAsync<StorageConflictException>(() => WriteAsync("live/b/source/0.m4s", "other"));

        Assert.Equal(1, Status.Objects);
        Assert.Equal("media", await ReadAsync("live/b/source/0.m4s"));
    }

    private SpillStatus Status => _storage.Status;

    private SpillingStorage Open(long maxBytes, Func<SpillOptions, SpillOptions>? change = null)
    {
        var options = new SpillOptions { MaxBytes = maxBytes };
        return new(
            _bucket, _folder, change?.Invoke(options) ?? options, _time, NullLogger<SpillingStorage>.Instance, _instruments);
    }

    private void Run() => _running = _storage.RunAsync(_stopping.Token);

    /// <summary>Waits; with a step, time passes meanwhile.</summary>
    private async Task UntilAsync(Func<bool> condition, TimeSpan? step = null)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeLimit);
            if (step is { } passing)
            {
                _time.Advance(passing);
            }

            await Task.Delay(1);
        }
    }

    private List<string> Files() => [.. Directory.GetFiles(_folder, "*", SearchOption.AllDirectories)];

    private Task WriteAsync(string name, string content, long epoch = 0) => _storage.WriteAsync(
        name,
        [.. content.Chunk(1 + (content.Length / 2)).Select(static part => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(part))],
        epoch,
        default);

    private async Task<string?> ReadAsync(string name)
    {
        await using var stream = await _storage.OpenAsync(name, default);
        return stream is null ? null : await new StreamReader(stream).ReadToEndAsync();
    }

    /// <summary>A clock of ours that remembers which pauses began.</summary>
    private sealed class PauseTime : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero)
            {
                Pauses.Enqueue(dueTime);
            }

            return timer;
        }
    }
}

/// <summary>With a bucket that takes everything it is a storage as any other.</summary>
public sealed class SpillingStorageConformanceTests : MediaStorageConformance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-spill-").FullName;

    public SpillingStorageConformanceTests() => Storage = new SpillingStorage(
        new FickleBucket(), _folder, new SpillOptions { MaxBytes = 1 << 20 }, TimeProvider.System, NullLogger<SpillingStorage>.Instance);

    protected override IMediaStorage Storage { get; }

    protected override bool Replaces => false;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
