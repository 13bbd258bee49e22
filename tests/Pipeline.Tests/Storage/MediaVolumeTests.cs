using System.Text;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Disk;

namespace Streaming.Pipeline.Tests.Storage;

/// <summary>A storage that is not on its volume says so, and touches nothing.</summary>
public sealed class MediaVolumeTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("streaming-volume-test-").FullName;
    private readonly List<string> _known = [];

    public MediaVolumeTests() => Directory.CreateDirectory(Data);

    private string Data => Path.Combine(_parent, "data");

    private string Root => Path.Combine(Data, "media");

    private string Identity => Path.Combine(Root, ".identity");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task FirstStart_NothingThere_GivesBothFoldersOneIdentity()
    {
        await Open().CheckAsync(default);

        Assert.Equal(File.ReadAllText(Path.Combine(Data, "identity")), File.ReadAllText(Identity));
        Assert.Equal(0, Open().UsedBytes);
    }

    [Fact]
    public void Volume_WithoutAnIdentity_AskedForByManyAtOnce_GetsOne()
    {
        for (var round = 0; round < 20; round++)
        {
            _known.Clear();
            _known.Add($"live/b{round}");
            Directory.CreateDirectory(Path.Combine(Root, _known[0]));
            File.Delete(Identity);
            File.Delete(Path.Combine(Data, "identity"));
            var volume = new MediaVolume(Data, Root, () => _known);
            using var together = new Barrier(8);

            var problems = new string?[8];
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, index =>
            {
                together.SignalAndWait();
                problems[index] = volume.Problem();
            });

            Assert.All(problems, Assert.Null);
            Assert.Equal(File.ReadAllText(Path.Combine(Data, "identity")), File.ReadAllText(Identity));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_VolumeNotMounted_SaysSoAndTouchesNothing(bool hasMountPoint)
    {
        await StoreAsync(Open(), "live/b1/source/0.m4s");
        var volume = Unmount(hasMountPoint);

        var storage = Open();

        await AssertAwayAsync(storage, "is not there");
        Assert.Equal(hasMountPoint, Directory.Exists(Root));
        Assert.False(hasMountPoint && Directory.EnumerateFileSystemEntries(Root).Any());

        Mount(volume);
        await storage.CheckAsync(default);
        Assert.Equal(["b1"], await storage.ListFoldersAsync("live", default));
        Assert.Equal(3, storage.UsedBytes);
        await StoreAsync(storage, "live/b2/source/0.m4s");
        Assert.Equal(6, storage.UsedBytes);
    }

    [Fact]
    public async Task Start_VolumeOfAnotherNode_SaysSoAndTouchesNothing()
    {
        await Open().CheckAsync(default);
        File.WriteAllText(Identity, "0123456789abcdef0123456789abcdef");
        Directory.CreateDirectory(Path.Combine(Root, "live", "b7", "source"));
        File.WriteAllText(Path.Combine(Root, "live", "b7", "source", "0.m4s.3.unfinished"), "being written by that node");

        var storage = Open();

        await AssertAwayAsync(storage, "belongs to another data folder");
        Assert.Equal(2, Directory.GetFiles(Root, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Start_DataFolderLost_KeepsTheMedia()
    {
        await StoreAsync(Open(), "live/b1/source/0.m4s");
        File.Delete(Path.Combine(Data, "identity"));

        await AssertAwayAsync(Open(), "has no identity");
        Assert.True(File.Exists(Path.Combine(Root, "live", "b1", "source", "0.m4s")));
    }

    [Fact]
    public async Task FirstStart_CutOffBetweenTheFiles_IsFinished()
    {
        await Open().CheckAsync(default);
        File.Delete(Path.Combine(Data, "identity"));

        await Open().CheckAsync(default);

        Assert.Equal(File.ReadAllText(Path.Combine(Data, "identity")), File.ReadAllText(Identity));
    }

    [Fact]
    public async Task Start_DataFromBeforeIdentities_IsTakenOver()
    {
        await StoreAsync(new DiskStorage(Root, 1000), "live/b1/source/0.m4s");
        _known.AddRange(["live/b0", "live/b1"]);

        var storage = Open();

        Assert.Equal(["b1"], await storage.ListFoldersAsync("live", default));
        Assert.Equal(3, storage.UsedBytes);
        Assert.True(File.Exists(Identity));
    }

    [Fact]
    public async Task Start_DataFromBeforeIdentitiesWithoutItsVolume_WaitsForIt()
    {
        await StoreAsync(new DiskStorage(Root, 1000), "live/b1/source/0.m4s");
        _known.Add("live/b1");
        var volume = Unmount(hasMountPoint: true);

        var storage = Open();

        await AssertAwayAsync(storage, "is not there");
        Assert.False(File.Exists(Identity));
        Mount(volume);
        Assert.Equal(["b1"], await storage.ListFoldersAsync("live", default));
    }

    [Fact]
    public async Task Write_VolumeGoneMeanwhile_IsRefused()
    {
        var storage = Open();
        await StoreAsync(storage, "live/b1/source/0.m4s");
        Unmount(hasMountPoint: true);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(storage, "live/b1/source/1.m4s"));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
        Assert.Equal(3, storage.UsedBytes);
    }

    [Fact]
    public async Task Remedy_ThatTheSentenceNames_Works()
    {
        await Open().CheckAsync(default);
        Unmount(hasMountPoint: true);
        var storage = Open();
        await AssertAwayAsync(storage, $"copy {Path.Combine(Data, "identity")} to {Identity}");

        File.Copy(Path.Combine(Data, "identity"), Identity);

        await storage.CheckAsync(default);
    }

    [Fact]
    public async Task Check_FolderTakesNoFiles_SaysWhy()
    {
        var storage = new DiskStorage(Root, 1000);
        Directory.Delete(Root);
        File.WriteAllText(Root, "a file where the folder was");

        await Assert.ThrowsAnyAsync<IOException>(() => storage.CheckAsync(default));
    }

    private DiskStorage Open() => new(Root, 1000, new MediaVolume(Data, Root, () => _known));

    private static Task StoreAsync(DiskStorage storage, string name) =>
        storage.WriteAsync(name, [Encoding.ASCII.GetBytes("abc")], default);

    private string Unmount(bool hasMountPoint)
    {
        var volume = Path.Combine(_parent, "volume");
        Directory.Move(Root, volume);
        if (hasMountPoint)
        {
            Directory.CreateDirectory(Root);
        }

        return volume;
    }

    private void Mount(string volume)
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root);
        }

        Directory.Move(volume, Root);
    }

    /// <summary>Whatever would change something, or tell that something is not there, throws.</summary>
    private static async Task AssertAwayAsync(DiskStorage storage, string why)
    {
        foreach (var use in (Func<Task>[])
        [
            () => StoreAsync(storage, "live/b9/source/0.m4s"), () => storage.DeleteAsync("live/b1/source/9.m4s", default),
            () => storage.DeleteFolderAsync("live/b1", default), () => storage.ListFoldersAsync("live", default),
            () => storage.ListAsync("live/b1", default).CountAsync().AsTask(), () => storage.CheckAsync(default),
        ])
        {
            var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(use);
            Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, storage.UsedBytes);
    }
}
