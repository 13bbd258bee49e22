using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Live;

namespace Streaming.Cluster.Tests.Live;

/// <summary>Storage that is slow, full or gone must not be felt by the broadcast.</summary>
public sealed class SegmentArchiveTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private readonly ScriptedStorage _storage = new();
    private readonly TaskCompletionSource _retired = new();
    private readonly SegmentArchive _archive;

    public SegmentArchiveTests() =>
        _archive = new SegmentArchive(new LiveMedia("b1", _storage), _storage, NullLogger.Instance);

    [Fact]
    public async Task Store_WritesThenSaysSo()
    {
        var stored = new List<string>();
        Store("0.m4s", stored);
        Store("1.m4s", stored);
        var calls = await FinishAsync();

        Assert.Equal(["0.m4s", "1.m4s"], stored);
        Assert.Equal(["write live/b1/source/0.m4s", "write live/b1/source/1.m4s"], calls);
        Assert.Equal(0, _archive.Unstored);
    }

    [Fact]
    public async Task Delete_ComesAfterTheWriteOfTheSameSegment()
    {
        Store("0.m4s", []);
        _archive.Delete("source", "0.m4s");
        var calls = await FinishAsync();

        Assert.Equal(["write live/b1/source/0.m4s", "delete live/b1/source/0.m4s"], calls);
    }

    public static TheoryData<Exception> Failures =>
        [new IOException("The disk is gone."), new UnauthorizedAccessException("No.")];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Store_Failing_CountsAndGoesOn(Exception failure)
    {
        (_storage.FailsOn, _storage.Failure) = ("/1.m4s", failure);
        var stored = new List<string>();
        Store("0.m4s", stored);
        Store("1.m4s", stored);
        Store("2.m4s", stored);
        _archive.Delete("source", "1.m4s");
        await FinishAsync();

        Assert.Equal(["0.m4s", "2.m4s"], stored);
        Assert.True(_archive.Unstored >= 1);
    }

    [Fact]
    public async Task Store_StorageHangs_NeverWaitsAndCountsWhatDoesNotFit()
    {
        _storage.Gate = new TaskCompletionSource();
        var stored = new List<string>();
        for (var index = 0; index < 1000; index++)
        {
            Store($"{index}.m4s", stored);
        }

        Assert.Equal(1000 - 128, _archive.Unstored);
        _storage.Gate.SetResult();
        await FinishAsync();
        Assert.Equal(1000, stored.Count + _archive.Unstored);
    }

    [Fact]
    public async Task Retired_DeletesTheFolder()
    {
        Store("0.m4s", []);
        await FinishAsync();

        Assert.Equal("delete folder live/b1", _storage.Calls.Last());
        Assert.Equal(0, _storage.UsedBytes);
    }

    [Fact]
    public async Task Retired_DeletingFails_EndsAllTheSame()
    {
        _storage.FailsOn = "live/b1";
        await FinishAsync();

        Assert.Equal(["delete folder live/b1"], _storage.Calls);
    }

    private void Store(string name, List<string> stored) =>
        _archive.Store("source", name, HotMedia.Of(new byte[] { 1, 2, 3 }), () => stored.Add(name));

    private async Task<IEnumerable<string>> FinishAsync()
    {
        var running = _archive.RunAsync(_retired.Task);
        _archive.Complete();
        _retired.SetResult();
        await running.WaitAsync(TimeLimit);
        return _storage.Calls.SkipLast(1);
    }
}
