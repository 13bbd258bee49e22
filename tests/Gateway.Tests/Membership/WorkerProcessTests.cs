using System.Diagnostics;
using System.Net.Http.Json;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>
/// One node lets broadcasters in and serves viewers, two others transcode: what viewers get of a rung goes on when its worker is killed, stands still, or
/// leaves.
/// </summary>
[Trait("Category", "Slow")]
public sealed class WorkerProcessTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string Rung = "240p";

    [Fact]
    public async Task Rung_OfAWorker_GoesOnWhenThatIsKilled_AndWhenTheOtherLeaves()
    {
        await using var cluster = await StartAsync();
        await using var publisher = await PublishAsync(cluster);
        await using var viewer = await Viewer.WatchAsync(cluster);
        Assert.Equal(["source", Rung, "audio"], (await viewer.ShowAsync()).Renditions.Select(static rendition => rendition.Name));

        var first = await WorkerAsync(cluster);
        var began = Stopwatch.GetTimestamp();
        await cluster.KillAsync(first);
        var second = await WorkerAsync(cluster, not: first);
        output.WriteLine($"The other worker was seen with the run {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after the kill.");
        await viewer.GoesOnAsync(3);
        output.WriteLine(viewer.Summary());

        cluster.Start(first);
        await cluster.AreUpAsync(0, 1, 2);
        await Eventually.HoldsAsync("the new worker is known", async () => (await WorkersAsync(cluster)).Count == 2);
        await cluster.StopAsync(second);
        await WorkerAsync(cluster, not: second);
        await viewer.GoesOnAsync(3);
        output.WriteLine(viewer.Summary());

        Assert.Equal(0, viewer.Gaps);
        await viewer.DecodesAsync();
    }

    [Fact]
    public async Task Rung_WhoseWorkerStandsStill_GoesOnAtTheOther()
    {
        await using var cluster = await StartAsync();
        await using var publisher = await PublishAsync(cluster);
        await using var viewer = await Viewer.WatchAsync(cluster);
        var first = await WorkerAsync(cluster);
        await viewer.GoesOnAsync(2);

        await Publisher.SignalAsync("STOP", cluster[first].Id);
        await viewer.GoesOnAsync(3);
        await Eventually.HoldsAsync("the origin says so", () => Task.FromResult(
            cluster[0].Output.Any(static line => line.Contains("is lost with its worker", StringComparison.Ordinal))));
        await Publisher.SignalAsync("CONT", cluster[first].Id);
        await viewer.GoesOnAsync(2);
        output.WriteLine(viewer.Summary());

        Assert.Equal(0, viewer.Gaps);
        await viewer.DecodesAsync();
    }

    private Task<TestCluster> StartAsync() => TestCluster.StartAsync(
        postgres, ["ingest,gateway", "transcode", "transcode"],
        "Ladder:Enabled=true", $"Ladder:Rungs:0:Name={Rung}", "Ladder:Rungs:0:Height=240", "Ladder:Rungs:0:BitRate=300000", "Ladder:Preset=ultrafast");

    private static async Task<Publisher> PublishAsync(TestCluster cluster)
    {
        await Eventually.HoldsAsync("both workers are known", async () => (await WorkersAsync(cluster)).Count == 2);
        var key = await cluster.PutAsync(0, "mine");
        return Publisher.Start(await Sources.AudioAndVideo, $"rtmp://127.0.0.1:{await cluster[0].RtmpPortAsync()}/live/{key}");
    }

    private static async Task<List<(string Name, WorkerResource Worker)>> WorkersAsync(TestCluster cluster) =>
        [.. (await cluster.ShowAsync(0)).Nodes.Where(static node => node.Worker is not null).Select(static node => (node.Name, node.Worker!))];

    /// <summary>The node that has the run, once there is one.</summary>
    private static Task<int> WorkerAsync(TestCluster cluster, int? not = null) => Eventually.GetAsync(
        "a worker has the run",
        async () =>
        {
            var with = (await WorkersAsync(cluster)).Where(static worker => worker.Worker.Runs.Any(static run => run.Slug == "mine"))
                .Select(static worker => worker.Name).ToList();
            return Enumerable.Range(1, 2).FirstOrDefault(node => node != not && with.Contains(cluster.NameOf(node)));
        },
        static node => node != 0);

    /// <summary>Reads the rung's playlist as a strict player does, and keeps what it fetches.</summary>
    private sealed class Viewer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _leaving = new();
        private readonly HttpClient _http;
        private readonly string _folder;
        private readonly PlaylistChecker _checker;
        private readonly Dictionary<long, byte[]> _segments = [];
        private readonly Task _watching;
        private byte[] _header = [];
        private TimeSpan _longest;

        private Viewer(HttpClient http, string broadcastId)
        {
            _http = http;
            _folder = $"/live/mine/{broadcastId}/{Rung}";
            _checker = new(http, $"{_folder}/index.m3u8") { AsksForDeltas = false };
            _watching = WatchAsync();
        }

        public int Gaps => _checker.Seen.Count(static segment => segment.IsGap);

        public static async Task<Viewer> WatchAsync(TestCluster cluster)
        {
            var http = await cluster.OperatorAsync(0);
            var shown = await Eventually.GetAsync(
                "the rung is there", async () => (await http.GetFromJsonAsync<ChannelDetail>("/api/channels/mine"))!,
                static shown => shown is { BroadcastId: not null } && shown.Renditions.Any(static rendition => rendition.Name == Rung));
            return new(http, shown.BroadcastId!);
        }

        public async Task<ChannelDetail> ShowAsync() => (await _http.GetFromJsonAsync<ChannelDetail>("/api/channels/mine"))!;

        /// <summary>Waits until so many more segments have come.</summary>
        public async Task GoesOnAsync(int segments)
        {
            var last = Last;
            await Eventually.HoldsAsync($"{segments} segments more than {last} have come", async () =>
            {
                if (_watching.IsCompleted)
                {
                    await _watching;
                }

                return Last >= last + segments;
            });
        }

        public string Summary() => $"{_checker.Reloads} reloads, segments up to {Last}, {Gaps} gap(s), longest wait for a part {_longest.TotalSeconds:0.00} s.";

        /// <summary>All that came is decoded without a complaint.</summary>
        public async Task DecodesAsync()
        {
            var path = Path.GetTempFileName();
            await using (var file = File.Create(path))
            {
                await file.WriteAsync(_header);
                foreach (var segment in _segments.OrderBy(static segment => segment.Key))
                {
                    await file.WriteAsync(segment.Value);
                }
            }

            Assert.Equal("", await TestMedia.RunAsync("bash", ["-c", $"ffmpeg -v warning -xerror -i '{path}' -f null - 2>&1"]));
            File.Delete(path);
        }

        public async ValueTask DisposeAsync()
        {
            await _leaving.CancelAsync();
            await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _leaving.Dispose();
        }

        private long Last
        {
            get
            {
                lock (_segments)
                {
                    return _segments.Keys.DefaultIfEmpty(-1).Max();
                }
            }
        }

        private async Task WatchAsync()
        {
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                var playlist = await _checker.ReloadAsync(_leaving.Token);
                _longest = Stopwatch.GetElapsedTime(began) is var took && took > _longest ? took : _longest;
                foreach (var segment in playlist?.Segments.Where(static segment => !segment.IsGap && segment.Uri is not null) ?? [])
                {
                    if (!_segments.ContainsKey(segment.MediaSequence))
                    {
                        _header = _header is [] ? await _http.GetByteArrayAsync($"{_folder}/{segment.Map}", _leaving.Token) : _header;
                        var bytes = await _http.GetByteArrayAsync($"{_folder}/{segment.Uri}", _leaving.Token);
                        lock (_segments)
                        {
                            _segments[segment.MediaSequence] = bytes;
                        }
                    }
                }
            }
        }
    }
}
