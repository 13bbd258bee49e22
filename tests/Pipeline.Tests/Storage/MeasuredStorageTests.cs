using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Pipeline.Tests.Storage;

/// <summary>A storage that is measured is the storage, and what it does is told.</summary>
public sealed class MeasuredStorageTests : LimitedStorageConformance, IDisposable
{
    private readonly TestMeters _meters = new();

    public MeasuredStorageTests() =>
        Storage = new MeasuredStorage(new MemoryStorage(LimitBytes), new StorageInstruments(_meters), TimeProvider.System);

    protected override IMediaStorage Storage { get; }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Write_Stored_IsTimedAndItsBytesAreCounted()
    {
        await WriteAsync("a/1", 20, 10);
        await WriteAsync("a/2", 5);

        Assert.Equal(35, _meters["streaming.storage.written"]);
        Assert.Equal(35, _meters["streaming.storage.used"]);
        Assert.True(_meters["streaming.storage.write.duration"] > 0);
        await using var read = await Storage.OpenAsync("a/1", CancellationToken.None);
        Assert.Equal(30, read!.Length);
    }

    [Fact]
    public async Task Write_StorageIsFull_IsAFailureThatPasses()
    {
        await Assert.ThrowsAsync<StorageFullException>(() => WriteAsync("a/1", (int)LimitBytes + 1));

        Assert.Equal(1, _meters["streaming.storage.failures operation=write"]);
        Assert.Equal(0, _meters["streaming.storage.written"]);
        Assert.Equal(0, _meters["streaming.storage.write.duration"]);
    }

    [Fact]
    public async Task OpenAndDelete_OfABrokenStorage_AreFailuresThatPass()
    {
        var storage = new MeasuredStorage(new Broken(), new StorageInstruments(_meters), TimeProvider.System);

        await Assert.ThrowsAsync<IOException>(() => storage.OpenAsync("a/1", CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => storage.DeleteAsync("a/1", CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => storage.DeleteFolderAsync("a", CancellationToken.None));

        Assert.Equal(1, _meters["streaming.storage.failures operation=open"]);
        Assert.Equal(2, _meters["streaming.storage.failures operation=delete"]);
    }

    [Fact]
    public async Task Open_OfWhatIsNotThere_IsNoFailure()
    {
        Assert.Null(await Storage.OpenAsync("a/1", CancellationToken.None));

        Assert.Equal(0, _meters["streaming.storage.failures operation=open"]);
    }

    private Task WriteAsync(string name, params int[] lengths) =>
        Storage.WriteAsync(name, [.. lengths.Select(length => new ReadOnlyMemory<byte>(new byte[length]))], CancellationToken.None);

    private sealed class Broken : IMediaStorage
    {
        public long? UsedBytes => 0;

        public bool HasFiles => true;

        public int WritesAtOnce => 1;

        public Task WriteAsync(
            string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken) => Fail<int>();

        public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => throw new IOException("It is broken.");

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => Fail<int>();

        public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) => Fail<IReadOnlyList<string>>();

        public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
            throw new IOException("It is broken.");

        public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) => throw new IOException("It is broken.");

        public Task CheckAsync(CancellationToken cancellationToken) => Fail<int>();

        private static Task<T> Fail<T>() => Task.FromException<T>(new IOException("It is broken."));
    }
}
