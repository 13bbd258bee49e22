using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Databases;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>What a broadcast's loop calls, and what readers ask, waits for no database and for nobody who does.</summary>
public sealed class RecordingLibraryWaitingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingJournal _journal;
    private readonly RecordingLibrary _library;

    public RecordingLibraryWaitingTests()
    {
        _journal = new RecordingJournal(_folder["recordings.db"]);
        _library = new(
            _journal, new() { MaxBytes = 100 }, new MemoryStorage(1 << 20), TimeProvider.System, NullLogger<RecordingLibrary>.Instance);
    }

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Release_WhileTheLibraryWaitsForItsDatabase_ReturnsAtOnce()
    {
        await (await RecordAsync("b1")).EndAsync();
        var growing = await RecordAsync("b2");
        growing.Release(1);
        Task pruning;
        using (Refusing.Lock(_journal.Name))
        {
            pruning = Task.Run(() => _library.PruneAsync(default)); // Wants to make room of both.
            for (var round = 0; round < 100 && !pruning.IsCompleted; round++)
            {
                await Task.Run(() =>
                {
                    growing.Release(2);
                    _ = _library.Record($"c{round}", "news", new SegmentationOptions());
                    _ = _library.Of("news").Count + _library.CountByChannel().Count + _library.SizeBytes;
                    _ = _library.Find("b1");
                }).WaitAsync(Patience);
            }

            Assert.Equal(2, growing.ReleasedBefore);
            Assert.False(pruning.IsCompleted);
        }

        await pruning.WaitAsync(Patience);
        Assert.Empty(_library.Of("news"));
    }

    [Fact]
    public async Task Timeline_WhileSomebodyWaitsToWrite_IsRead()
    {
        await (await RecordAsync("b1")).EndAsync();
        var growing = await RecordAsync("b2");
        Task adding;
        using (Refusing.Lock(_journal.Name))
        {
            adding = Task.Run(() => AddAsync(growing, 3));
            for (var round = 0; round < 20; round++)
            {
                Assert.NotNull(await Task.Run(() => _journal.ReadAsync("b1")).WaitAsync(Patience));
                Assert.NotNull(await _library.TimelineAsync("b1").AsTask().WaitAsync(Patience));
            }

            Assert.False(adding.IsCompleted);
        }

        await adding.WaitAsync(Patience);
    }

    [Fact]
    public async Task Timeline_AskedForByMany_IsReadOnce()
    {
        await (await RecordAsync("b1")).EndAsync();

        var timelines = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => _library.TimelineAsync("b1").AsTask()));

        Assert.Single(timelines.Distinct());
    }

    private async Task<BroadcastRecording> RecordAsync(string id)
    {
        var recording = _library.Record(id, "news", new SegmentationOptions());
        for (var sequence = 0; sequence < 3; sequence++)
        {
            await AddAsync(recording, sequence);
        }

        return recording;
    }

    private static async Task AddAsync(BroadcastRecording recording, long sequence)
    {
        var stored = Stored.Segment("source", Stored.Video(720), sequence);
        recording.Add(stored.Period);
        await recording.AddAsync("source", stored.Segment, stored.Configuration, stored.FrameRate);
    }
}
