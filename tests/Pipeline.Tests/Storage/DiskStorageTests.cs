using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Disk;

namespace Streaming.Pipeline.Tests.Storage;

public sealed class DiskStorageTests : LimitedStorageConformance, IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("streaming-storage-test-").FullName;

    public DiskStorageTests() => Storage = new DiskStorage(Root, LimitBytes);

    protected override IMediaStorage Storage { get; }

    private string Root => Path.Combine(_parent, "media");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task Reopened_CountsWhatIsThere()
    {
        await Storage.WriteAsync("live/b/a", [Bytes("12345")], default);

        var reopened = new DiskStorage(Root, LimitBytes);

        Assert.Equal(5, reopened.UsedBytes);
        await using var stream = await reopened.OpenAsync("live/b/a", default);
        Assert.Equal(5, stream!.Length);
    }

    [Fact]
    public void Reopened_ClearsUnfinishedFiles()
    {
        // What a crash in the middle of a write leaves.
        var folder = Directory.CreateDirectory(Path.Combine(Root, "live", "b")).FullName;
        File.WriteAllText(Path.Combine(folder, "0.m4s.17.unfinished"), "half a seg");
        File.WriteAllText(Path.Combine(folder, "1.m4s"), "whole");

        var reopened = new DiskStorage(Root, LimitBytes);

        Assert.Equal([Path.Combine(folder, "1.m4s")], Directory.GetFiles(folder));
        Assert.Equal(5, reopened.UsedBytes);
    }

    [Fact]
    public async Task Write_Finished_LeavesOnlyTheFile()
    {
        await Storage.WriteAsync("live/b/0.m4s", [Bytes("a"), Bytes("b")], default);

        Assert.Equal(
            [Path.Combine(Root, "live", "b", "0.m4s")], Directory.GetFiles(Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Write_TheMediumFails_ThrowsAndLeavesNothing()
    {
        await Storage.WriteAsync("live", [Bytes("a file where a folder should be")], default);
        var used = Storage.UsedBytes;

        await Assert.ThrowsAnyAsync<IOException>(() => Storage.WriteAsync("live/b", [Bytes("x")], default));

        Assert.Equal(used, Storage.UsedBytes);
        Assert.Single(Directory.GetFiles(Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Write_UnderTheNameOfAFolder_IsOneOfThePortsExceptions()
    {
        await Storage.WriteAsync("live/b", [Bytes("x")], default);

        await Assert.ThrowsAnyAsync<IOException>(() => Storage.WriteAsync("live", [Bytes("y")], default));

        Assert.Equal(1, Storage.UsedBytes);
        Assert.Equal("x", await ReadAsync("live/b"));
    }

    [Fact]
    public async Task Write_Cancelled_LeavesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Storage.WriteAsync("a", [Bytes("x")], cancelled.Token));

        Assert.Equal(0, Storage.UsedBytes);
        Assert.Empty(Directory.GetFiles(Root, "*", SearchOption.AllDirectories));
    }
}
