using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Pipeline.Storage.Disk;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>What is in memory and in storage can be had as a file; whatever storage does, memory has it.</summary>
public sealed class LiveMediaTests : IDisposable
{
    private const string Name = "0.m4s";

    private static readonly byte[] Bytes = [1, 2, 3, 4, 5];

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory();
    private readonly ScriptedStorage _storage;
    private readonly LiveMedia _media;
    private readonly HotMedia _hot = HotMedia.Of(Bytes);

    public LiveMediaTests()
    {
        _storage = new(new DiskStorage(_root.FullName, 1000));
        _media = new("b1", _storage);
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task OpenFile_OfWhatIsStored_HasTheSameBytes()
    {
        await StoreAsync();

        await using var file = await OpenAsync();

        var bytes = new byte[Bytes.Length];
        await file!.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        Assert.Equal(Bytes, bytes);
        Assert.Equal(Bytes.Length, file.Length);
    }

    [Fact]
    public async Task OpenFile_BeforeItIsStored_IsNull()
    {
        await StoreAsync(isKnown: false);
        Assert.Null(await OpenAsync());
    }

    [Fact]
    public async Task OpenFile_WhereStorageFails_IsNull()
    {
        await StoreAsync();
        _storage.FailsOn = Name;
        Assert.Null(await OpenAsync());
    }

    [Fact]
    public async Task OpenFile_OfAStorageWithoutFiles_IsNull()
    {
        var storage = new MemoryStorage(1000);
        await storage.WriteAsync("live/b1/source/" + Name, [Bytes], default);
        _hot.MarkStored();
        Assert.Null(await new LiveMedia("b1", storage).OpenFileAsync("source", Name, _hot, default));
    }

    private async Task StoreAsync(bool isKnown = true)
    {
        await _storage.WriteAsync("live/b1/source/" + Name, [Bytes], default);
        if (isKnown)
        {
            _hot.MarkStored();
        }
    }

    private ValueTask<FileStream?> OpenAsync() => _media.OpenFileAsync("source", Name, _hot, default);
}
