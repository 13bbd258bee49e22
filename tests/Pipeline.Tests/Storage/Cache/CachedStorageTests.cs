using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Cache;

namespace Streaming.Pipeline.Tests.Storage.Cache;

/// <summary>What is read often is fetched once; a cache that fails is none, and nothing else.</summary>
public sealed class CachedStorageTests : MediaStorageConformance, IDisposable
{
    private const long LimitBytes = 1000;

    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-cache-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly SlowStorage _inner = new();
    private readonly CachedStorage _cached;

    public CachedStorageTests()
    {
        _time.Advance(TimeSpan.FromHours(1));
        _cached = Open();
    }

    protected override IMediaStorage Storage => _cached;

    protected override bool OpensFiles => true;

    public void Dispose()
    {
        _cached.Dispose();
        _meters.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Open_ManyAtOnce_FetchesOnce_AndOneWhoLeavesTakesNobodyWithHim()
    {
        await PutAsync("a", 100);
        _inner.Gate = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        var left = _cached.OpenAsync("a", leaving.Token);
        var others = Enumerable.Range(0, 100).Select(_ => _cached.OpenAsync("a", default)).ToList();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        _inner.Gate.SetResult();

        foreach (var opened in await Task.WhenAll(others))
        {
            await using (opened)
            {
                Assert.Equal(100, await LengthAsync(opened!));
            }
        }

        Assert.Single(_inner.Opened);
        Assert.Equal(1, _meters["streaming.storage.cache.requests outcome=miss"]);
        Assert.Equal(100, _meters["streaming.storage.cache.requests outcome=joined"]);
        Assert.Equal(100, _meters["streaming.storage.cache.fetched"]);
        Assert.Equal(100, await ReadLengthAsync("a"));
        Assert.Equal(1, _meters["streaming.storage.cache.requests outcome=hit"]);
    }

    [Fact]
    public async Task Open_NoRoom_LetsGoOfWhatWasReadLongestAgo_AndWhoReadsItReadsOn()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            await PutAsync(name, 300);
            await ReadLengthAsync(name);
        }

        await using var reading = (await _cached.OpenAsync("b", default))!;
        await ReadLengthAsync("a");
        await ReadLengthAsync("c");

        await PutAsync("d", 400);
        await ReadLengthAsync("d");

        Assert.Equal(1000, _meters["streaming.storage.cache.used"]);
        Assert.Equal(1, _meters["streaming.storage.cache.evictions"]);
        Assert.Equal(1000, new DirectoryInfo(_folder).EnumerateFiles().Sum(file => file.Length));
        Assert.Equal(300, await LengthAsync(reading));
        _inner.Opened.Clear();
        await ReadLengthAsync("a");
        await ReadLengthAsync("c");
        await ReadLengthAsync("d");
        Assert.Empty(_inner.Opened);
        await ReadLengthAsync("b");
        Assert.Equal(["b"], _inner.Opened);
    }

    [Fact]
    public async Task Open_LargerThanTheCache_IsReadFromTheStorage_AndMakesNobodyGo()
    {
        await PutAsync("a", 300);
        await ReadLengthAsync("a");
        await PutAsync("large", 1001);

        Assert.Equal(1001, await ReadLengthAsync("large"));
        Assert.Equal(1001, await ReadLengthAsync("large"));

        Assert.Equal(300, _meters["streaming.storage.cache.used"]);
        Assert.Equal(0, _meters["streaming.storage.cache.evictions"]);
    }

    [Fact]
    public async Task Open_TooManyAreFetched_IsReadFromTheStorage_AndLeavesWithWhoWantsIt()
    {
        _inner.Gate = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        var fetched = Enumerable.Range(0, 256).Select(index => _cached.OpenAsync($"o/{index}", leaving.Token)).ToList();
        while (_inner.Opened.Count < 32)
        {
            await Task.Yield();
        }

        var another = _cached.OpenAsync("another", leaving.Token);
        Assert.Equal("another", _inner.Opened.Last());
        Assert.Equal(33, _inner.Opened.Count);
        Assert.Equal(1, _meters["streaming.storage.cache.requests outcome=bypassed"]);
        await leaving.CancelAsync();
        foreach (var one in fetched.Append(another))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }

        _inner.Gate.SetResult();
        while (_inner.Opened.Count < 257)
        {
            await Task.Yield();
        }

        Assert.Null(await _cached.OpenAsync("o/0", default));
    }

    [Fact]
    public async Task Open_StorageFails_FailsForAllWhoWait_AndIsTriedAgain()
    {
        await PutAsync("a", 100);
        _inner.Failure = new StorageUnavailableException("away");
        _inner.Gate = new TaskCompletionSource();
        var waiting = Enumerable.Range(0, 3).Select(_ => _cached.OpenAsync("a", default)).ToList();
        _inner.Gate.SetResult();
        foreach (var one in waiting)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => one);
        }

        _inner.Failure = null;
        Assert.Equal(100, await ReadLengthAsync("a"));
        Assert.Equal(0, _meters["streaming.storage.cache.failures"]);
    }

    [Fact]
    public async Task Open_StorageBreaksInTheMiddle_KeepsNothingOfIt()
    {
        await PutAsync("a", 100);
        _inner.Wrap = static content => new BreakingStream(content, 60);
        await Assert.ThrowsAsync<IOException>(() => _cached.OpenAsync("a", default));

        Assert.Equal(0, _meters["streaming.storage.cache.used"]);
        Assert.Empty(Directory.EnumerateFiles(_folder));
        _inner.Wrap = static content => content;
        Assert.Equal(100, await ReadLengthAsync("a"));
    }

    [Fact]
    public async Task Open_DiskFails_ReadsFromTheStorage_AndTriesTheDiskAgainLater()
    {
        await PutAsync("a", 100);
        Directory.Delete(_folder);
        await File.WriteAllTextAsync(_folder, "No folder any more."); // As root, no permission would keep us out.

        Assert.Equal(100, await ReadLengthAsync("a"));
        Assert.Equal(1, _meters["streaming.storage.cache.failures"]);
        Assert.Equal(100, await ReadLengthAsync("a"));
        Assert.Equal(1, _meters["streaming.storage.cache.failures"]);
        Assert.Equal(1, _meters["streaming.storage.cache.requests outcome=bypassed"]);
        Assert.Equal(0, _meters["streaming.storage.cache.used"]);

        File.Delete(_folder);
        _time.Advance(TimeSpan.FromSeconds(10));
        await ReadLengthAsync("a");
        _inner.Opened.Clear();
        Assert.Equal(100, await ReadLengthAsync("a"));
        Assert.Empty(_inner.Opened);
    }

    [Fact]
    public async Task Open_CopyDeletedByHand_IsFetchedAgain()
    {
        await PutAsync("live/b/source/0.m4s", 100);
        await ReadLengthAsync("live/b/source/0.m4s");
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            File.Delete(file);
        }

        Assert.Equal(100, await ReadLengthAsync("live/b/source/0.m4s"));
        Assert.Equal(100, _meters["streaming.storage.cache.used"]);
    }

    [Fact]
    public async Task Delete_ObjectOrFolder_LeavesNoCopy()
    {
        foreach (var name in (string[])["live/b/1", "live/b/2", "live/bb/1"])
        {
            await PutAsync(name, 100);
            await ReadLengthAsync(name);
        }

        await _cached.DeleteAsync("live/b/1", default);
        Assert.Null(await _cached.OpenAsync("live/b/1", default));
        Assert.Equal(200, _meters["streaming.storage.cache.used"]);

        await _cached.DeleteFolderAsync("live/b", default);
        Assert.Null(await _cached.OpenAsync("live/b/2", default));
        Assert.Equal(100, _meters["streaming.storage.cache.used"]);
        Assert.Equal(100, await ReadLengthAsync("live/bb/1"));
    }

    [Fact]
    public async Task Write_NameIsAnotherObjectsNow_LeavesNoCopyOfTheOldOne_AlsoWhileItIsFetched()
    {
        await PutAsync("a", 100);
        await ReadLengthAsync("a");
        await _cached.WriteAsync("a", [new byte[200]], 9, default);
        Assert.Equal(200, await ReadLengthAsync("a"));

        await PutAsync("b", 100);
        var slow = new TaskCompletionSource();
        var isRead = new TaskCompletionSource();
        _inner.Wrap = content => new SlowStream(content, isRead, slow.Task);
        var opening = _cached.OpenAsync("b", default);
        await isRead.Task;
        _inner.Wrap = static content => content;
        await _cached.WriteAsync("b", [new byte[200]], 9, default);
        slow.SetResult();

        await using (var opened = await opening)
        {
            Assert.Equal(200, await LengthAsync(opened!));
        }

        Assert.Equal(200, await ReadLengthAsync("b"));
    }

    [Fact]
    public async Task Start_CopiesOfAnEarlierRun_AreGone()
    {
        await PutAsync("a", 100);
        await ReadLengthAsync("a");
        await File.WriteAllTextAsync(Path.Combine(_folder, "b"), "half of it");

        using var restarted = Open();

        Assert.Empty(Directory.EnumerateFiles(_folder));
        Assert.Null(await restarted.OpenAsync("b", default));
    }

    private CachedStorage Open() =>
        new(_inner, _folder, LimitBytes, _time, NullLogger<CachedStorage>.Instance, new StorageInstruments(_meters));

    private Task PutAsync(string name, int length) =>
        _inner.WriteAsync(name, [Encoding.ASCII.GetBytes(new string('x', length))], default);

    private async Task<long> ReadLengthAsync(string name)
    {
        await using var content = await _cached.OpenAsync(name, default);
        return await LengthAsync(content!);
    }

    private static async Task<long> LengthAsync(Stream content)
    {
        using var read = new MemoryStream();
        await content.CopyToAsync(read);
        return read.Length;
    }

    /// <summary>Is read when it may be.</summary>
    private sealed class SlowStream(Stream inner, TaskCompletionSource isRead, Task mayBeRead) : MemoryStream
    {
        public override long Length => inner.Length;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            isRead.TrySetResult();
            await mayBeRead;
            return await inner.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Breaks after some bytes.</summary>
    private sealed class BreakingStream(Stream inner, int bytes) : MemoryStream
    {
        public override long Length => inner.Length;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.Position >= bytes
                ? throw new IOException("The connection broke.")
                : await inner.ReadAsync(buffer[..Math.Min(buffer.Length, bytes - (int)inner.Position)], cancellationToken);
    }
}
