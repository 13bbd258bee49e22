using System.Text;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Gcs;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>A node takes a bucket that is empty or its own, and leaves every other one alone.</summary>
public sealed class BucketIdentityTests : GcsScripted, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("streaming-bucket-").FullName;
    private readonly List<string> _known = [];

    private string Ours => Path.Combine(_data, "identity");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task FirstUse_EmptyBucket_IsTakenAndStaysOurs()
    {
        await StoreAsync(OpenOurs(), [1, 2, 3]);
        Assert.Equal(await File.ReadAllTextAsync(Ours), Encoding.ASCII.GetString(Fake.Find("identity")!.Bytes));

        Assert.Equal(["b"], await OpenOurs().ListFoldersAsync("live", default));
    }

    [Fact]
    public async Task FirstUse_DataFolderFromTheDisk_TakesAnEmptyBucket()
    {
        await File.WriteAllTextAsync(Ours, "abc\n");
        _known.Add("live/on-disk");

        await OpenOurs().CheckAsync(default);

        Assert.Equal("abc\n", Encoding.ASCII.GetString(Fake.Find("identity")!.Bytes));
    }

    [Fact]
    public async Task Use_BucketOfAnotherDataFolder_IsRefusedAndChangesNothing()
    {
        Fake.Put("identity", "abc\n"u8.ToArray());
        Fake.Put(Name, [1]);
        await File.WriteAllTextAsync(Ours, "def\n");

        await AssertRefusedAsync("belongs to another data folder (abc, ours is def)");
        Assert.Equal(2, Fake.Objects.Count);
    }

    [Fact]
    public async Task Use_DataFolderWasLost_IsRefusedAndSaysHowToGoOn()
    {
        Fake.Put("identity", "abc\n"u8.ToArray());
        Fake.Put(Name, [1]);

        await AssertRefusedAsync($"write abc into {Ours}");
        Assert.False(File.Exists(Ours));
        await File.WriteAllTextAsync(Ours, "abc\n");

        Assert.Equal(["b"], await OpenOurs().ListFoldersAsync("live", default));
    }

    [Fact]
    public async Task FirstUse_BucketWithMediaThatNobodyKnows_IsRefused()
    {
        Fake.Put(Name, [1]);

        await AssertRefusedAsync("has media that this node does not know, such as live/b");
        Assert.Single(Fake.Objects);
        _known.Add("live/b");

        await OpenOurs().CheckAsync(default);
    }

    [Fact]
    public async Task FirstUse_WasCutOffBetweenTheTwo_IsFinished()
    {
        Fake.Fail(new FakeFault(Upload, Status, 403, Reason: "forbidden", Message: "Not yet."));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => OpenOurs().CheckAsync(default));
        Assert.Empty(Fake.Objects);

        await OpenOurs().CheckAsync(default);

        Assert.Equal(await File.ReadAllTextAsync(Ours), Encoding.ASCII.GetString(Fake.Find("identity")!.Bytes));
    }

    [Fact]
    public async Task Use_BucketCannotBeAsked_IsAskedAgain()
    {
        var storage = OpenOurs();
        Fake.Fail(new FakeFault(Read, Status, 403, Reason: "forbidden", Message: "Not yet."));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.OpenAsync(Name, default));

        Assert.Null(await storage.OpenAsync(Name, default));
        var before = Fake.Count(Read);
        await storage.OpenAsync(Name, default);
        Assert.Equal(before + 1, Fake.Count(Read));
    }

    [Fact]
    public async Task Use_ManyAtOnceWhileTheBucketIsSilent_AskOnce()
    {
        Fake.Always = new(Read, Silence);
        var storage = OpenOurs();
        using var cancelled = new CancellationTokenSource();

        var uses = Enumerable.Range(0, 50).Select(number => storage.OpenAsync($"live/b/{number}", cancelled.Token)).ToList();
        while (Fake.Count(Read) == 0)
        {
            await Task.Yield();
        }

        Assert.All(uses, use => Assert.False(use.IsCompleted));
        await cancelled.CancelAsync();
        foreach (var use in uses)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => use);
        }

        Assert.Equal(1, Fake.Count(Read));
    }

    private GcsStorage OpenOurs() => Open(Patient, new BucketIdentity(_data, "live", () => Task.FromResult<IReadOnlyCollection<string>>(_known)));

    private async Task AssertRefusedAsync(string why)
    {
        var storage = OpenOurs();
        foreach (var use in (Func<Task>[])
        [
            () => StoreAsync(storage, [1], "live/b9/source/0.m4s"), () => storage.OpenAsync(Name, default),
            () => storage.DeleteAsync(Name, default), () => storage.ListFoldersAsync("live", default),
            () => storage.ListAsync("live", default).CountAsync().AsTask(), () => storage.DeleteFolderAsync("live", default),
            () => storage.CheckAsync(default),
        ])
        {
            Assert.Contains(why, (await Assert.ThrowsAsync<StorageUnavailableException>(use)).Message, StringComparison.Ordinal);
        }
    }
}
