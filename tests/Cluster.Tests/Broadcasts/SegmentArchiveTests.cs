using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Storage that is slow, full or gone must not be felt by the broadcast.</summary>
public sealed class SegmentArchiveTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private readonly ScriptedStorage _storage = new();
    private readonly TaskCompletionSource _retired = new();
    private readonly SegmentArchive _archive;
    private readonly RunningArchive _running;

    public SegmentArchiveTests()
    {
        _archive = new SegmentArchive("live/b1", _storage, NullLogger.Instance);
        _running = new RunningArchive(_archive, _retired.Task);
    }

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
    public async Task Store_CarriesTheEpochOfItsBroadcast()
    {
        var archive = new SegmentArchive("live/b1", _storage, NullLogger.Instance, epoch: 12);
        var running = new RunningArchive(archive, _retired.Task);
        archive.Store("source", "0.m4s", HotMedia.Of(new byte[] { 1 }), static () => Task.CompletedTask);
        running.Pass();
        running.Complete();
        _retired.SetResult();
        await running.Finished.WaitAsync(TimeLimit);

        Assert.Equal(12, _storage.Epochs["live/b1/source/0.m4s"]);
    }

    [Fact]
    public async Task Store_NameIsAnotherOriginsByNow_IsTroubleThatSaysSo()
    {
        (_storage.FailsOn, _storage.Failure) = ("0.m4s", new StorageConflictException("Theirs.") { IsOvertaken = true });
        Store("0.m4s", []);
        _running.Pass();

        await UntilAsync(() => _archive.Trouble is not null);

        Assert.StartsWith("The channel is another node's by now:", _archive.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_ComesAfterTheWriteOfTheSameSegment()
    {
        Store("0.m4s", []);
        _archive.Delete("source", "0.m4s");
        var calls = await FinishAsync();

        Assert.Equal(["write live/b1/source/0.m4s", "delete live/b1/source/0.m4s"], calls);
    }

    [Fact]
    public async Task Store_StorageLikesSeveralAtOnce_WritesThemSo_AndNotesThemInOrder()
    {
        var storage = new ScriptedStorage { WritesAtOnce = 3, FailsOn = "/1.m4s", Gate = new TaskCompletionSource() };
        var archive = new SegmentArchive("live/b1", storage, NullLogger.Instance);
        var running = new RunningArchive(archive, _retired.Task);
        var stored = new List<string>();
        for (var index = 0; index < 8; index++)
        {
            var name = $"{index}.m4s";
            archive.Store("source", name, HotMedia.Of(new byte[] { 1 }), () => Noted(stored, name));
        }

        archive.Delete("source", "7.m4s");
        running.Pass();
        await UntilAsync(() => storage.Waiting == 3);
        Assert.Empty(stored);
        storage.Gate.SetResult();
        running.Complete();
        _retired.SetResult();
        await running.Finished.WaitAsync(TimeLimit);

        Assert.Equal(["0.m4s", "2.m4s", "3.m4s", "4.m4s", "5.m4s", "6.m4s", "7.m4s"], stored);
        Assert.Equal("delete live/b1/source/7.m4s", storage.Calls.SkipLast(1).Last());
        Assert.Equal(1, archive.Unstored);
    }

    public static TheoryData<Exception> Failures =>
    [
        new IOException("The disk is gone."), new UnauthorizedAccessException("No."), new InvalidOperationException("A fault of ours."),
        new KeyNotFoundException(), new OperationCanceledException(), new InsufficientMemoryException(),
    ];

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

        await UntilAsync(() => _archive.Unstored >= 1000 - SegmentArchive.WaitingMax - 3);

        // Beside those that may wait, one is being stored, and one was asked for.
        Assert.InRange(_archive.Unstored, 1000 - SegmentArchive.WaitingMax - 3, 1000 - SegmentArchive.WaitingMax);
        _storage.Gate.SetResult();
        await FinishAsync();
        Assert.Equal(1000, stored.Count + _archive.Unstored);
    }

    [Fact]
    public async Task Store_StorageHangs_NeverHasMoreThanSoManyBytes()
    {
        _storage.Gate = new TaskCompletionSource();
        var segment = new byte[SegmentArchive.WaitingBytesMax / 4];
        var stored = new List<string>();
        for (var index = 0; index < 20; index++)
        {
            var name = $"{index}.m4s";
            _archive.Store("source", name, HotMedia.Of(segment), () => Noted(stored, name));
            _running.Pass();
        }

        // Beside the four that may wait, one is being stored, and one was asked for.
        await UntilAsync(() => _archive.Unstored >= 20 - 4 - 2);
        Assert.InRange(_archive.Unstored, 20 - 4 - 2, 20 - 4);
        _storage.FailsOn = "m4s"; // The storage of the test has not so much room.
        _storage.Gate.SetResult();
        await FinishAsync();
        Assert.Equal(20, _archive.Unstored);
        Assert.Empty(stored);
    }

    [Fact]
    public async Task Store_Failing_IsTroubleUntilOneIsStored()
    {
        (_storage.FailsOn, _storage.Failure) = ("m4s", new StorageFullException(1 << 20));
        Assert.Null(_archive.Trouble);

        Store("0.m4s", []);
        await UntilAsync(() => _archive.Unstored == 1 && _archive.Trouble is not null);
        Assert.Contains("Storage is full", _archive.Trouble, StringComparison.Ordinal);

        _storage.FailsOn = null;
        Store("1.m4s", []);
        await UntilAsync(() => _archive.Trouble is null);
        Assert.Equal(1, _archive.Unstored);
        await FinishAsync();
    }

    [Fact]
    public async Task Store_StorageDoesNotAnswer_IsTroubleAfterAWhile()
    {
        var time = new FakeTimeProvider();
        time.Advance(TimeSpan.FromHours(1));
        var archive = new SegmentArchive("live/b1", _storage, NullLogger.Instance, time: time);
        var running = new RunningArchive(archive, _retired.Task);
        _storage.Gate = new TaskCompletionSource();
        archive.Store("source", "0.m4s", HotMedia.Of(new byte[] { 1 }), () => Task.CompletedTask);
        running.Pass();
        await UntilAsync(() => _storage.IsWaiting);
        time.Advance(SegmentArchive.HangTimeout);
        Assert.Null(archive.Trouble);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("does not answer", archive.Trouble, StringComparison.Ordinal);

        _storage.Gate.SetResult();
        await UntilAsync(() => archive.Trouble is null);
        running.Complete();
        _retired.SetResult();
        await running.Finished.WaitAsync(TimeLimit);
    }

    [Fact]
    public async Task Store_QueueIsFull_IsTrouble()
    {
        _storage.Gate = new TaskCompletionSource();
        for (var index = 0; index < SegmentArchive.WaitingMax; index++)
        {
            Store($"{index}.m4s", []);
        }

        await UntilAsync(() => _archive.Waiting >= SegmentArchive.WaitingMax - 2);
        Assert.Null(_archive.Trouble);

        for (var index = 0; index < 3; index++)
        {
            Store($"more-{index}.m4s", []);
        }

        await UntilAsync(() => _archive.Unstored > 0);
        Assert.Contains("too slow", _archive.Trouble, StringComparison.Ordinal);
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

    private static async Task UntilAsync(Func<bool> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeLimit);
            await Task.Yield();
        }
    }

    private static Task Noted(List<string> stored, string name)
    {
        stored.Add(name);
        return Task.CompletedTask;
    }

    private void Store(string name, List<string> stored)
    {
        _archive.Store("source", name, HotMedia.Of(new byte[] { 1, 2, 3 }), () => Noted(stored, name));
        _running.Pass();
    }

    private async Task<IEnumerable<string>> FinishAsync()
    {
        _running.Complete();
        _retired.SetResult();
        await _running.Finished.WaitAsync(TimeLimit);
        return _storage.Calls.SkipLast(1);
    }
}
