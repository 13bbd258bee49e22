using Streaming.Pipeline.Storage;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>Lists, deletions and checks of a bucket that goes wrong.</summary>
public sealed class GcsListTests : GcsScripted
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Fake.PageLength = 7;
        for (var number = 0; number < 50; number++)
        {
            Fake.Put($"live/b{number / 5}/source/{number}.m4s", new byte[number]);
        }
    }

    [Fact]
    public async Task List_ManyPagesAndFaults_IsAllOfThem()
    {
        Fake.Fail(new(List, Status, 503), new(List, BreakBefore), new(List, BreakAfter));

        Assert.Equal(50 * 49 / 2, (await Storage.ListAsync("live", default).ToListAsync()).Sum(stored => stored.Length));
        Assert.Equal(10, (await Storage.ListFoldersAsync("live", default)).Distinct().Count());
        Assert.Equal(8 + 2 + 3, Fake.Count(List));
    }

    [Fact]
    public async Task DeleteFolder_ManyPagesAndFaults_LeavesNothingOfIt()
    {
        Fake.Put("other/0.m4s", []);
        Fake.Fail(
            new(Delete, Status, 503), new(Delete, BreakBefore), new(Delete, BreakAfter),
            new(Delete, Status, 404, Message: "No such object: x"));

        await Storage.DeleteFolderAsync("live", default);

        // The one that was said to be gone was there: no fault of ours.
        Assert.InRange(Fake.Objects.Count, 1, 2);
        Assert.NotNull(Fake.Find("other/0.m4s"));
    }

    [Fact]
    public async Task DeleteFolder_Forbidden_SaysSo()
    {
        Fake.Always = new(Delete, Status, 403, Reason: "forbidden", Message: "storage.objects.delete is missing");

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.DeleteFolderAsync("live", default));

        Assert.Contains("storage.objects.delete is missing", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(50, Fake.Objects.Count);
    }

    [Fact]
    public async Task Check_WroteAMomentAgo_CostsNothing()
    {
        await StoreAsync(Storage, Media(10));
        await Storage.CheckAsync(default);

        Assert.Equal([Upload], Kinds);
    }

    [Fact]
    public async Task Check_WroteLongAgo_WritesAndDeletesOne()
    {
        var storage = Open(Patient with { WroteLately = TimeSpan.Zero });
        await StoreAsync(storage, Media(10));
        await storage.CheckAsync(default);
        await storage.CheckAsync(default);

        Assert.Equal([Upload, Upload, Delete, Upload, Delete], Kinds);
        Assert.Equal(51, Fake.Objects.Count);
    }

    [Fact]
    public async Task Check_LastWriteFailed_TriesItself()
    {
        await StoreAsync(Storage, Media(10));
        Fake.Fail(new FakeFault(Upload, Status, 403, Message: "No."), new FakeFault(Upload, Status, 403, Message: "Not yet."));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(Storage, Media(11), "another"));

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.CheckAsync(default));

        Assert.Contains("Not yet.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_LetsNothingBeDeleted_SaysSo()
    {
        Fake.Always = new(Delete, Status, 403, Reason: "forbidden", Message: "storage.objects.delete is missing");

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.CheckAsync(default));

        Assert.Contains("does not let this node's account delete probe/", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(" ", null)]
    [InlineData("127.0.0.1:9199", "http://127.0.0.1:9199/")]
    [InlineData("http://localhost:9199", "http://localhost:9199/")]
    [InlineData("https://emulator", "https://emulator/")]
    [InlineData("ftp://emulator", null)]
    [InlineData("http://", null)]
    public void EmulatorAt_AnyWriting_IsAnAddressOrNone(string? host, string? expected) =>
        Assert.Equal(expected, Streaming.Pipeline.Storage.Gcs.GcsOptions.EmulatorAt(host)?.AbsoluteUri);
}
