using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Broadcasts;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>Recordings lie in storage so that they can be played without a node.</summary>
public sealed class RecordingManifestsTests : IDisposable
{
    private static readonly string[] Manifests = ["audio/index.m3u8", "index.m3u8", "manifest.mpd", "source/index.m3u8"];

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedStorage _storage = new();
    private readonly FakeTimeProvider _time = new(Stored.Start);
    private readonly RecordingJournal _journal;
    private readonly RecordingLibrary _library;

    public RecordingManifestsTests()
    {
        _journal = new RecordingJournal(_folder["recordings.db"]);
        _library = Library();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Write_BroadcastEnded_StoresItsManifestsWithRelativeAddresses_Once()
    {
        await RecordAsync("b1");
        await _library.WriteManifestsAsync(default);

        Assert.Equal(Manifests, await ManifestsAsync("b1"));
        var playlist = await ReadAsync("live/b1/source/index.m3u8");
        Assert.Contains("#EXT-X-PLAYLIST-TYPE:VOD\n", playlist, StringComparison.Ordinal);
        Assert.EndsWith("\n2.m4s\n#EXT-X-ENDLIST\n", playlist, StringComparison.Ordinal);
        Assert.Contains("URI=\"audio/index.m3u8\"", await ReadAsync("live/b1/index.m3u8"), StringComparison.Ordinal);
        Assert.Contains("type=\"static\"", await ReadAsync("live/b1/manifest.mpd"), StringComparison.Ordinal);

        // The one that names the others is the last.
        Assert.Equal("write live/b1/index.m3u8", _storage.Calls.Last(call => call.StartsWith("write", StringComparison.Ordinal)));
        _storage.Calls.Clear();
        await _library.WriteManifestsAsync(default);
        Assert.Empty(_storage.Calls);
    }

    [Fact]
    public async Task Write_HeaderOrSegmentThatIsNotThere_IsStoredToo()
    {
        await RecordAsync("b1", lost: 1);
        await _library.WriteManifestsAsync(default);

        var timeline = (await _library.TimelineAsync("b1"))!;
        var source = timeline.Find("source")!;
        Assert.Equal(CmafHeader.Create(source.Initializations[0]), await BytesAsync("live/b1/source/init-0.mp4"));
        Assert.Equal(EmptySegment.Create(1, source.Find(1)!.DecodeTime), await BytesAsync("live/b1/source/1.m4s"));
        Assert.Equal(1000, (await BytesAsync("live/b1/source/0.m4s")).Length);
    }

    [Fact]
    public async Task Write_CarriesTheEpochOfTheBroadcast()
    {
        await RecordAsync("b1", lost: 1, epoch: 12);
        await RecordAsync("b2");
        _storage.Epochs.Clear();

        await _library.WriteManifestsAsync(default);

        Assert.Contains("live/b1/source/1.m4s", _storage.Epochs.Keys); // A gap.
        Assert.Contains("live/b1/source/init-0.mp4", _storage.Epochs.Keys);
        Assert.Contains("live/b1/index.m3u8", _storage.Epochs.Keys);
        Assert.All(_storage.Epochs, static written => Assert.Equal(
            written.Key.StartsWith("live/b1/", StringComparison.Ordinal) ? 12 : 0, written.Value));
    }

    [Fact]
    public async Task Write_StorageFails_IsTriedAgain()
    {
        await RecordAsync("b1");
        await RecordAsync("b2");
        _storage.FailsOn = "b1/manifest.mpd";
        await _library.WriteManifestsAsync(default);
        Assert.DoesNotContain("index.m3u8", await ManifestsAsync("b1"));
        Assert.Equal(Manifests, await ManifestsAsync("b2"));

        _storage.FailsOn = null;
        await _library.WriteManifestsAsync(default);
        Assert.Equal(Manifests, await ManifestsAsync("b1"));
    }

    [Fact]
    public async Task Write_NameTaken_LeavesWhatIsThere()
    {
        await RecordAsync("b1");
        (_storage.FailsOn, _storage.Failure) = ("manifest.mpd", new StorageConflictException("taken"));
        await _library.WriteManifestsAsync(default);

        _storage.Calls.Clear();
        await _library.WriteManifestsAsync(default);
        Assert.Empty(_storage.Calls);
    }

    [Fact]
    public async Task Recover_CutOffBroadcast_HasManifestsToo()
    {
        await RecordAsync("b1", isEnded: false);

        var library = Library();
        await library.RecoverAsync(default);
        using var stop = new CancellationTokenSource();
        var running = library.RunManifestsAsync(stop.Token);
        while ((await _journal.ReadWithoutManifestsAsync()).Count > 0 && !running.IsCompleted)
        {
            await Task.Yield();
        }

        Assert.Equal(Manifests, await ManifestsAsync("b1"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Run_BroadcastEnds_WritesAtOnce()
    {
        using var stop = new CancellationTokenSource();
        var running = _library.RunManifestsAsync(stop.Token);
        await RecordAsync("b1");
        while ((await _journal.ReadWithoutManifestsAsync()).Count > 0 && !running.IsCompleted)
        {
            await Task.Yield();
        }

        Assert.Equal(Manifests, await ManifestsAsync("b1"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Write_RecordingMissing_WaitsUntilItIsThere()
    {
        await RecordAsync("b1");
        await _storage.DeleteFolderAsync("live/b1", default);
        await _library.LookAsync(default);
        await _library.WriteManifestsAsync(default);

        Assert.Empty(await ManifestsAsync("b1"));
        Assert.Equal(["b1"], await _journal.ReadWithoutManifestsAsync());
    }

    [Fact]
    public async Task Delete_Recording_DeletesItsManifestsFirst()
    {
        await RecordAsync("b1");
        await _library.WriteManifestsAsync(default);
        _storage.Calls.Clear();

        Assert.True(await _library.DeleteAsync("b1", default));

        Assert.Equal(
            ["delete live/b1/index.m3u8", "delete live/b1/manifest.mpd", "delete live/b1/audio/index.m3u8",
                "delete live/b1/source/index.m3u8", "delete folder live/b1"],
            _storage.Calls);
        Assert.Equal(0, _storage.UsedBytes);
        Assert.Empty(await _journal.ReadWithoutManifestsAsync());
    }

    [Fact]
    public async Task Delete_WhileManifestsAreWritten_LeavesNothing()
    {
        await RecordAsync("b1");
        _storage.Gate = new TaskCompletionSource();
        var writing = _library.WriteManifestsAsync(default);
        while (!_storage.IsWaiting)
        {
            await Task.Yield();
        }

        Assert.True(await _library.DeleteAsync("b1", default));
        _storage.Gate.SetResult();
        await writing;

        Assert.Equal(0, _storage.UsedBytes);
        Assert.False(await _journal.KnowsAsync("b1"));
    }

    [Fact]
    public async Task Compare_WholeRecording_DiffersInNothing()
    {
        await RecordAsync("b1", lost: 1);
        await _library.WriteManifestsAsync(default);
        await RecordAsync("b2", isEnded: false);
        await _storage.WriteAsync("live/b2/source/9.m4s", [new byte[10]], default); // Its row comes in a moment.

        var comparison = (await _library.CompareAsync(default))!;

        Assert.Empty(comparison.Unknown.First);
        Assert.Empty(comparison.Missing.First);
    }

    [Fact]
    public async Task Compare_StrangeAndLostObjects_TellsThemWithTheirLengths_AndDeletesNothing()
    {
        await RecordAsync("b1");
        await _library.WriteManifestsAsync(default);
        await _storage.WriteAsync("live/b1/source/9.m4s", [new byte[10]], default);
        await _storage.WriteAsync("live/b3/source/0.m4s", [new byte[20]], default);
        await _storage.DeleteAsync("live/b1/source/1.m4s", default);
        await _storage.WriteAsync("live/b1/audio/2.m4s", [new byte[7]], default);
        await RecordAsync("b2");
        await _storage.DeleteFolderAsync("live/b2", default);
        var before = _storage.UsedBytes;

        var comparison = (await _library.CompareAsync(default))!;

        Assert.Equal([new("live/b1/source/9.m4s", 10), new("live/b3/source/0.m4s", 20)], comparison.Unknown.First);
        Assert.Equal((2, 30), (comparison.Unknown.Count, comparison.Unknown.SizeBytes));
        Assert.Equal(
            [new("live/b1/audio/2.m4s", 100), new("live/b1/source/1.m4s", 1000)], comparison.Missing.First.Take(2));
        Assert.Equal((8, 1100 + 3300), (comparison.Missing.Count, comparison.Missing.SizeBytes));
        Assert.Equal(before, _storage.UsedBytes);
    }

    [Fact]
    public async Task Compare_StorageAway_SaysSo_AndCanBeAskedAgain()
    {
        _storage.FailsOn = "live";
        await Assert.ThrowsAsync<IOException>(() => _library.CompareAsync(default));

        _storage.FailsOn = null;
        Assert.NotNull(await _library.CompareAsync(default));
    }

    private RecordingLibrary Library() => new(_journal, new(), _storage, _time, NullLogger<RecordingLibrary>.Instance);

    private async Task RecordAsync(string id, bool isEnded = true, int? lost = null, long epoch = 0)
    {
        var recording = _library.Record(id, "news", new SegmentationOptions(), epoch);
        foreach (var (rendition, configuration) in ((string, Pipeline.Media.TrackConfiguration)[])
            [("source", Stored.Video(720)), ("audio", Stored.Audio)])
        {
            for (var sequence = 0; sequence < 3; sequence++)
            {
                var stored = Stored.Segment(rendition, configuration, sequence);
                recording.Add(stored.Period);
                if (rendition != "source" || sequence != lost)
                {
                    await _storage.WriteAsync(
                        $"live/{id}/{rendition}/{MediaNames.Segment(sequence)}", [new byte[stored.Segment.Length]], default);
                    await recording.AddAsync(rendition, stored.Segment, stored.Configuration, stored.FrameRate);
                }
            }
        }

        if (isEnded)
        {
            await recording.EndAsync();
        }
    }

    private async Task<IEnumerable<string>> ManifestsAsync(string id) =>
        (await _storage.ListAsync($"live/{id}", default).Select(stored => stored.Name[$"live/{id}/".Length..])
            .Where(name => Path.GetExtension(name) is ".m3u8" or ".mpd").ToListAsync()).Order(StringComparer.Ordinal);

    private async Task<byte[]> BytesAsync(string name)
    {
        await using var stored = await _storage.OpenAsync(name, default);
        Assert.NotNull(stored);
        var bytes = new byte[stored.Length];
        await stored.ReadExactlyAsync(bytes);
        return bytes;
    }

    private async Task<string> ReadAsync(string name) => Encoding.UTF8.GetString(await BytesAsync(name));
}
