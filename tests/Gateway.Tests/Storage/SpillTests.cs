using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Storage.Gcs;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.Storage;

/// <summary>
/// A node whose bucket goes away. The variable <c>STREAMING_BUCKET_MINUTES</c> says how many minutes of media the long broadcast has (120
/// with an outage of a minute are the figures in docs/measurements.md).
/// </summary>
[Trait("Category", "Slow")]
public sealed class SpillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Slug = "mine";
    private const int SegmentSeconds = 10;

    private static readonly string[] Renditions = ["source", "audio"];

    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-spill-node-").FullName;
    private FakeGcs _fake = null!;
    private volatile bool _isAway;

    private static int Minutes =>
        int.Parse(Environment.GetEnvironmentVariable("STREAMING_BUCKET_MINUTES") ?? "3", CultureInfo.InvariantCulture);

    /// <summary>
    /// How many times as fast as it plays. What is listed for some seconds is listed for so much less: viewers have to keep up.
    /// </summary>
    private static int TimesRealTime => IsLong ? 30 : 10;

    private static bool IsLong => Minutes >= 60;

    private string Data => Path.Combine(_folder, "data");

    private string SpillFolder => Path.Combine(Data, "spill");

    private string[] Settings =>
    [
        "Storage:Kind=gcs", $"Storage:Bucket={_fake.Bucket}", $"--STORAGE_EMULATOR_HOST={_fake.Address.Authority}", "Ladder:Enabled=false",
    ];

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeGcs.StartAsync();
        Directory.CreateDirectory(Path.Combine(_folder, "tmp"));
    }

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Node_KilledWhileMediaWaitsForTheBucket_BringsItThereAfterItsStart()
    {
        _fake.Weather = kind => _isAway ? new FakeFault(kind, FakeFaultKind.Status) : null;
        string id;
        Dictionary<string, string> waiting;
        HashSet<string> stored;
        await using (var server = await StartAsync("Segments:Window=00:00:30"))
        {
            await using var publisher = await server.PublishAsync(Slug, await Sources.AudioAndVideo);
            await Eventually.HoldsAsync("some segments are in the bucket", () => Task.FromResult(Stored().Count >= 4));
            _isAway = true;
            await Eventually.HoldsAsync("some segments wait", () => Task.FromResult(Waiting().Count >= 8));
            await Eventually.GetAsync("the node says so", () => ShowAsync(server), static spill => spill is { State: "away", Files: > 0 });
            using var ready = await server.Http.GetAsync("/health/ready");
            var said = await ready.Content.ReadAsStringAsync();
            Assert.True(ready.IsSuccessStatusCode);
            Assert.StartsWith("Degraded\nstorage: The bucket ", said, StringComparison.Ordinal);
            Assert.Contains("waits on disk meanwhile", said, StringComparison.Ordinal);

            id = (await server.ShowAsync(Slug)).BroadcastId!;
            stored = Stored();
            await server.KillAsync();
            waiting = Waiting().ToDictionary(NameOf, path => Digest(File.ReadAllBytes(Path.Combine(SpillFolder, path))));
        }

        Assert.Empty(stored.Intersect(waiting.Keys));
        _isAway = false;
        await using var again = await StartAsync("Segments:Window=00:00:30");
        await Eventually.GetAsync(
            "all is in the bucket", () => ShowAsync(again), static spill => spill is { State: "idle", UsedBytes: 0, Refused: 0 });

        Assert.All(waiting, pair => Assert.Equal(pair.Value, Digest(_fake.Find(pair.Key)!.Bytes)));
        Assert.Equal(stored.Union(waiting.Keys.Where(IsSegment)).Order(), Stored().Order());
        var recording = Assert.Single(await RecordingsAsync(again));
        Assert.Equal((id, "available", 0), (recording.Id, recording.State, recording.MissingSegments));
        foreach (var rendition in Renditions)
        {
            var listed = await PlaylistAsync(again, $"/vod/{id}/{rendition}/index.m3u8");
            Assert.All(listed.Segments, static segment => Assert.False(segment.IsGap));
        }
    }

    [Fact]
    public async Task Disk_IsUsedUpToo_WhatIsNotStoredIsAGapAndTold()
    {
        _fake.Weather = kind => _isAway ? new FakeFault(kind, FakeFaultKind.Status) : null;
        await using var server = await StartAsync("Storage:SpillMaxBytes=400000", "Retention=00:00:10", "Segments:Window=00:00:30");
        await using (var publisher = await server.PublishAsync(Slug, await Sources.AudioAndVideo))
        {
            await Eventually.HoldsAsync("some segments are in the bucket", () => Task.FromResult(Stored().Count >= 4));
            _isAway = true;
            await Eventually.HoldsAsync(
                "some are not stored",
                async () => (await server.Http.GetStringAsync("/metrics")).Contains(
                    "streaming_broadcast_unstored_total{", StringComparison.Ordinal));
            _isAway = false;
            await Eventually.GetAsync("what waited is in the bucket", () => ShowAsync(server), static spill => spill.State == "idle");
            var before = Stored().Count;
            await Eventually.HoldsAsync("segments are stored again", () => Task.FromResult(Stored().Count >= before + 4));
            await publisher.StopAsync();
        }

        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => RecordingsAsync(server), static recordings => recordings.Count > 0));
        var gaps = 0;
        foreach (var rendition in Renditions)
        {
            var listed = await PlaylistAsync(server, $"/vod/{recording.Id}/{rendition}/index.m3u8");
            gaps += listed.Segments.Count(static segment => segment.IsGap);
        }

        Assert.True(gaps > 0);
        Assert.Equal(gaps, recording.MissingSegments);
    }

    [Fact]
    public async Task LongBroadcast_BucketGoesWrongAndAway_IsRecordedBitForBit()
    {
        var weather = new Random(7);
        _fake.Weather = kind =>
        {
            lock (weather)
            {
                return _isAway ? new(kind, FakeFaultKind.BreakBefore)
                    : weather.Next(100) switch
                    {
                        < 5 => new(kind, FakeFaultKind.Status),
                        5 => new(kind, FakeFaultKind.BreakBefore),
                        6 => new(kind, FakeFaultKind.BreakAfter),
                        _ => null,
                    };
            }
        };
        // Players get the window from memory: what is further back is in the bucket, and nobody can read it there while that is away.
        var outage = TimeSpan.FromSeconds(IsLong ? 60 : 8);
        await using var server = await StartAsync(
            $"Segments:Target=00:00:{SegmentSeconds}", "Segments:Window=00:01:00", "Retention=00:05:00");
        var key = (await server.PutAsync(Slug)).StreamKey!;
        var publishing = PushAsync(server.PublishUrl(key), await Sources.AudioAndVideo);
        var live = await Eventually.GetAsync(
            "it is live", () => server.ShowAsync(Slug), static shown => shown.Live && shown.Renditions.Count == Renditions.Length);
        var id = live.BroadcastId!;
        var announced = new ConcurrentDictionary<string, string>();
        var viewers = Task.WhenAll(Renditions.SelectMany(rendition => (Task[])
            [WatchAsync(server, id, rendition), KeepAsync(server, id, rendition, announced)]));
        using var over = new CancellationTokenSource();
        var looking = LookAsync(server, over.Token);
        var half = Minutes * 60 / SegmentSeconds / 2;
        await Eventually.HoldsAsync(
            "half of it was announced", () => Task.FromResult(announced.Count >= half * Renditions.Length), TimeSpan.FromMinutes(30));

        _isAway = true;
        await Task.Delay(outage); // The outage itself.
        _isAway = false;
        await publishing;
        await viewers;
        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => RecordingsAsync(server), static recordings => recordings.Count > 0, TimeSpan.FromMinutes(5)));
        await Eventually.GetAsync(
            "nothing waits any more", () => ShowAsync(server), static spill => spill is { State: "idle", UsedBytes: 0 });
        await over.CancelAsync();
        var (memory, spilled) = await looking;

        output.WriteLine($"{announced.Count} segments announced; at most {memory / 1048576.0:0} MiB resident, {spilled.Files} files and "
            + $"{spilled.Bytes / 1048576.0:0.0} MiB on disk");
        var metrics = await server.Http.GetStringAsync("/metrics");
        foreach (var line in metrics.Split('\n').Where(static line =>
            line.StartsWith("streaming_storage_", StringComparison.Ordinal) && !line.Contains("_bucket{", StringComparison.Ordinal)))
        {
            output.WriteLine(line);
        }

        Assert.True(spilled.Files > 0);
        Assert.DoesNotContain("streaming_broadcast_unstored_total{", metrics, StringComparison.Ordinal);
        Assert.Equal((id, 0), (recording.Id, recording.MissingSegments));
        Assert.Equal(Minutes * 60, recording.DurationSeconds, 1.0);
        Assert.Empty(Directory.GetFiles(SpillFolder, "*", SearchOption.AllDirectories));
        var kept = new HashSet<string>();
        foreach (var rendition in Renditions)
        {
            var listed = await PlaylistAsync(server, $"/vod/{id}/{rendition}/index.m3u8");
            Assert.All(listed.Segments, static segment => Assert.False(segment.IsGap));
            kept.UnionWith(listed.Segments.Select(segment => $"live/{id}/{rendition}/{segment.MediaSequence}.m4s"));
        }

        Assert.Equal(kept.Order(), Stored().Order());
        Assert.Empty(announced.Keys.Except(kept));
        Assert.True(announced.Count > kept.Count / 2, $"A viewer saw {announced.Count} of {kept.Count} segments.");
        Assert.All(announced, pair => Assert.Equal(pair.Value, Digest(_fake.Find(pair.Key)!.Bytes)));
    }

    private Task<ServerProcess> StartAsync(params string[] settings) =>
        ServerProcess.StartAsync(Data, Path.Combine(_folder, "tmp"), [.. Settings, .. settings]);

    /// <summary>It ends with its server, or when it has sent all.</summary>
    private static async Task PushAsync(string url, string file)
    {
        using var ffmpeg = Process.Start(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-readrate", $"{TimesRealTime}", "-stream_loop", "-1", "-i", file,
                "-t", $"{Minutes * 60}", "-c", "copy", "-flvflags", "no_duration_filesize", "-f", "flv", url,
            ]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
    }

    /// <summary>A player that holds the rendition to its promises.</summary>
    private static async Task WatchAsync(ServerProcess server, string id, string rendition)
    {
        var checker = new PlaylistChecker(server.Http, $"/live/{Slug}/{id}/{rendition}/index.m3u8") { AsksForDeltas = false };
        while (checker.Current is not { IsEnded: true })
        {
            await checker.ReloadAsync();
        }
    }

    /// <summary>A viewer who keeps the digest of each segment when it is announced.</summary>
    private static async Task KeepAsync(ServerProcess server, string id, string rendition, ConcurrentDictionary<string, string> announced)
    {
        var folder = $"/live/{Slug}/{id}/{rendition}";
        var isEnded = false;
        while (!isEnded)
        {
            var playlist = await PlaylistAsync(server, $"{folder}/index.m3u8");
            isEnded = playlist.IsEnded;
            foreach (var segment in playlist.Segments.Where(static segment => !segment.IsGap))
            {
                var name = $"live/{id}/{rendition}/{segment.MediaSequence}.m4s";
                if (!announced.ContainsKey(name))
                {
                    announced[name] = Digest(await server.Http.GetByteArrayAsync($"{folder}/{segment.Uri}"));
                }
            }

            await Task.Delay(20); // As players reload, in no time of theirs.
        }
    }

    /// <summary>The most that it takes of memory and of the disk, looked at now and then.</summary>
    private static async Task<(long Memory, SpillResource Spilled)> LookAsync(ServerProcess server, CancellationToken over)
    {
        var (memory, most) = (0L, new SpillResource("idle", 0, 0, 0, 0, null, 0, null, null));
        while (!over.IsCancellationRequested)
        {
            using var process = Process.GetProcessById(server.Id);
            memory = Math.Max(memory, process.WorkingSet64);
            var spill = await ShowAsync(server);
            most = spill.Bytes > most.Bytes ? spill : most;
            await Task.Delay(100, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (memory, most);
    }

    private static async Task<SpillResource> ShowAsync(ServerProcess server) =>
        (await server.Http.GetFromJsonAsync<StorageResource>("/api/storage"))!.Spill!;

    private static async Task<IReadOnlyList<RecordingResource>> RecordingsAsync(ServerProcess server) =>
        (await server.Http.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{Slug}/recordings"))!;

    private static async Task<PlaylistListing> PlaylistAsync(ServerProcess server, string path) =>
        PlaylistListing.Parse(await server.Http.GetStringAsync(path));

    private static bool IsSegment(string name) => name.EndsWith(".m4s", StringComparison.Ordinal);

    private HashSet<string> Stored() => [.. _fake.Objects.Select(static stored => stored.Name).Where(IsSegment)];

    /// <summary>Whole files in the spill, as objects are named.</summary>
    /// <summary>Segments on disk, by what follows the folder of what waits: their names, and the epochs of who stored them.</summary>
    private List<string> Waiting() =>
    [
        .. (Directory.Exists(SpillFolder) ? Directory.GetFiles(SpillFolder, "*.m4s*", SearchOption.AllDirectories) : [])
            .Select(path => Path.GetRelativePath(SpillFolder, path)),
    ];

    private static string NameOf(string waiting) => waiting.Split(".epoch-")[0];

    private static string Digest(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
