using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Tests.Storage.Gcs;

namespace Streaming.Gateway.Tests.Storage;

/// <summary>A whole node whose media is in a bucket of the fake, which goes wrong now and then.</summary>
public sealed class BucketNodeTests : IAsyncLifetime
{
    private const double Seconds = 12;

    private readonly string _data = Directory.CreateTempSubdirectory("streaming-bucket-node-").FullName;
    private FakeGcs _fake = null!;

    private static Task<string> Source { get; } = TestMedia.FlvAsync(
        fps: "25", gop: 25, size: "640x360", seconds: Seconds, videoOptions: "-preset ultrafast -b:v 500k");

    public async ValueTask InitializeAsync() => _fake = await FakeGcs.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Broadcast_Ended_PlaysFromTheBucket_AlsoAfterARestart_UntilItIsDeleted()
    {
        TestChannel channel;
        RecordingResource recording;
        await using (var node = await StartAsync())
        {
            channel = await node.CreateChannelAsync();
            _fake.Fail(
                new(FakeRequest.Upload, FakeFaultKind.Status, 503), new(FakeRequest.Upload, FakeFaultKind.BreakAfter),
                new(FakeRequest.Upload, FakeFaultKind.BreakBefore), new(FakeRequest.Upload, FakeFaultKind.Damage));
            await TestMedia.RunAsync(
                "ffmpeg",
                ["-nostdin", "-loglevel", "error", "-re", "-i", await Source, "-c", "copy", "-flvflags", "no_duration_filesize",
                    "-f", "flv", channel.PublishUrl]);
            recording = Assert.Single(await Eventually.GetAsync(
                "there is a recording", () => ListAsync(node, channel), recordings => recordings.Count > 0));

            Assert.Equal(0, _fake.FaultsLeft);
            Assert.Equal(Seconds, recording.DurationSeconds, 0.1);
            Assert.Equal(recording.SizeBytes, StoredOf(recording).Where(IsSegment).Sum(stored => stored.Bytes.Length));
            Assert.All(
                StoredOf(recording).Where(stored => !IsManifest(stored)),
                stored => Assert.Equal("public, max-age=31536000, immutable", stored.CacheControl));
            Assert.Equal(
                ["audio/mp4", "video/mp4"],
                StoredOf(recording).Where(stored => !IsManifest(stored)).Select(stored => stored.ContentType).Distinct().Order());
            Assert.False(Directory.Exists(Path.Combine(_data, "media")));
        }

        await using var restarted = await StartAsync();
        Assert.Equal("available", Assert.Single(await ListAsync(restarted, channel)).State);
        _fake.Fail(
            new(FakeRequest.Read, FakeFaultKind.Status, 503), new(FakeRequest.Read, FakeFaultKind.BreakMidway, Bytes: 100),
            new(FakeRequest.Read, FakeFaultKind.BreakBefore));
        await AssertPlaysAsync(restarted, recording);
        Assert.Equal(0, _fake.FaultsLeft);

        // However many play it, and however often, the bucket is asked once for each segment.
        var first = $"/vod/{recording.Id}/240p/0.m4s";
        var bodies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => restarted.Viewer.GetByteArrayAsync(first)));
        Assert.All(bodies, body => Assert.Equal(_fake.Find($"live/{recording.Id}/240p/0.m4s")!.Bytes, body));
        var segments = StoredOf(recording).Count(IsSegment);
        Assert.InRange( // And once more after each of the faults.
            _fake.Requests.Count(request => request.Kind == FakeRequest.Read && IsSegment(request.Name)), segments, segments + 3);
        using (var picture = await restarted.Viewer.GetAsync($"/vod/{recording.Id}/thumbnail.jpg"))
        {
            Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
        }

        await restarted.Admin.DeleteAsync($"/api/channels/{channel.Slug}/recordings/{recording.Id}");
        Assert.Equal(["identity"], _fake.Objects.Select(stored => stored.Name));
    }

    [Fact]
    public async Task Viewer_GoesBackInABroadcastUnderWay_IsServedFromTheBucket()
    {
        await using var node = await StartAsync("Segments:Window=00:00:12", "Recordings:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        var playlist = await channel.PlaylistAsync(id, "source", "the window has moved on", playlist => playlist.MediaSequence >= 2);

        var oldest = $"{channel.Folder(id, "source")}/{playlist.Segments[0].Uri}";
        var whole = await node.Viewer.GetByteArrayAsync(oldest);
        Assert.Contains((FakeRequest.Read, $"live/{id}/source/{playlist.Segments[0].Uri}"), _fake.Requests);
        using var asked = new HttpRequestMessage(HttpMethod.Get, oldest);
        asked.Headers.Range = new(1000, 1999);
        using var part = await node.Viewer.SendAsync(asked);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole.AsSpan(1000, 1000).ToArray(), await part.Content.ReadAsByteArrayAsync());

        // What has left the window leaves the bucket.
        await Eventually.HoldsAsync("the first segment is deleted", () => Task.FromResult(_fake.Find($"live/{id}/source/0.m4s") is null));
    }

    [Fact]
    public async Task Bucket_TakesNothing_IsLiveAllTheSame_AndSaysSoUntilItDoes()
    {
        _fake.Always = new(
            FakeRequest.Upload, FakeFaultKind.Status, 403, Reason: "forbidden", Message: "storage.objects.create is missing");
        await using var node = await StartAsync();
        var ready = await Eventually.GetAsync(
            "/health/ready says why",
            () => ReadyAsync(node),
            answer => answer.StartsWith("Unhealthy\nstorage: ", StringComparison.Ordinal));
        Assert.Contains("storage.objects.create is missing. Give it the role Storage Object User", ready, StringComparison.Ordinal);
        var channel = await node.CreateChannelAsync();
        await using (channel.Publish(await Sources.AudioAndVideo))
        {
            await channel.LiveAsync("source", "audio");

            _fake.Always = null;
            await Eventually.HoldsAsync("segments are stored", () => Task.FromResult(_fake.Objects.Any(IsSegment)));
        }

        await Eventually.GetAsync("the node is ready", () => ReadyAsync(node), answer => answer == "Healthy");
    }

    [Fact]
    public async Task Bucket_OfAnotherNode_IsLeftAlone()
    {
        _fake.Put("identity", "another\n"u8.ToArray());
        _fake.Put("live/theirs/source/0.m4s", [1]);
        await using var node = await StartAsync("Recordings:Quarantine=1.00:00:00");
        await node.StopAsync();
        await using var again = await StartAsync();

        var ready = await ReadyAsync(again);

        Assert.Contains("belongs to another data folder (another, ours is new)", ready, StringComparison.Ordinal);
        Assert.Empty((await again.Admin.GetFromJsonAsync<IReadOnlyList<object>>("/api/orphans"))!);
        Assert.Equal(2, _fake.Objects.Count);
    }

    [Fact]
    public async Task Node_KilledWhileLive_HasARecordingOfWhatTheBucketHas()
    {
        string[] settings = [.. Settings, "Ladder:Enabled=false", "Segments:Window=00:00:30"];
        var temporary = Path.Combine(_data, "tmp");
        Directory.CreateDirectory(temporary);
        string? id = null;
        await using (var server = await ServerProcess.StartAsync(_data, temporary, settings))
        {
            await using var publisher = await server.PublishAsync("mine", await Sources.AudioAndVideo);
            await Eventually.HoldsAsync("some segments are stored", () => Task.FromResult(_fake.Objects.Count(IsSegment) >= 6));
            id = (await server.ShowAsync("mine")).BroadcastId;
            await server.KillAsync();
        }

        await using var bucket = await PublicBucket.StartAsync(_fake);
        await using var node = await Node.StartOnAsync(_data, settings);
        var recordings = await node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>("/api/channels/mine/recordings");
        var recording = Assert.Single(recordings!);

        Assert.Equal((id, "available"), (recording.Id, recording.State));
        Assert.True(recording.DurationSeconds >= 2, $"{recording.DurationSeconds} s");
        Assert.Equal("", await ErrorsAsync("-i", new Uri(node.Address, recording.Hls).AbsoluteUri, "-map", "0", "-f", "null", "-"));
        await ManifestsAsync(recording);
        var stored = new Uri(bucket.Address, $"live/{id}/index.m3u8").AbsoluteUri;
        Assert.Equal("", await ErrorsAsync("-i", stored, "-map", "0", "-f", "null", "-"));
    }

    [Fact]
    public async Task Recording_PlaysFromTheBucketAlone_WithoutANode()
    {
        RecordingResource recording;
        await using (var node = await StartAsync())
        {
            recording = await RecordAsync(node);
            await ManifestsAsync(recording);
        }

        Assert.All(StoredOf(recording).Where(IsManifest), stored => Assert.Equal("public, max-age=60", stored.CacheControl));
        Assert.Equal("application/vnd.apple.mpegurl", _fake.Find($"live/{recording.Id}/240p/index.m3u8")!.ContentType);
        Assert.Equal("application/dash+xml", _fake.Find($"live/{recording.Id}/manifest.mpd")!.ContentType);
        string[] media = [.. StoredOf(recording).Where(stored => !IsManifest(stored)).Select(stored => stored.Name).Order()];
        Assert.True(media.Length >= 3 * 12, string.Join(' ', media));
        foreach (var manifest in (string[])["index.m3u8", "manifest.mpd"])
        {
            await using var bucket = await PublicBucket.StartAsync(_fake);
            var address = new Uri(bucket.Address, $"live/{recording.Id}/{manifest}").AbsoluteUri;

            Assert.Equal("", await ErrorsAsync("-i", address, "-map", "0", "-f", "null", "-"));

            Assert.Equal(media, bucket.Asked.Where(name => !name.EndsWith(".m3u8", StringComparison.Ordinal)
                && !name.EndsWith(".mpd", StringComparison.Ordinal)).Distinct().Order());
            var format = (await TestMedia.ProbeAsync(address, "-show_format")).GetProperty("format");
            Assert.Equal(Seconds, double.Parse(format.GetProperty("duration").GetString()!, CultureInfo.InvariantCulture), 0.25);
        }
    }

    [Fact]
    public async Task PublicBase_Configured_StoredSegmentsAreFoundThere_AndAllElseAtTheNode()
    {
        await using var bucket = await PublicBucket.StartAsync(_fake);
        await using var node = await StartAsync("Segments:Window=00:00:12", $"Storage:PublicBaseUrl={bucket.Address}");
        using var viewer = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = node.Address };
        var channel = await node.CreateChannelAsync();
        await using (var publisher = channel.Publish(await Sources.AudioAndVideo))
        {
            var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
            var playlist = await channel.PlaylistAsync(id, "source", "the window has moved on", playlist => playlist.MediaSequence >= 2);
            var folder = channel.Folder(id, "source");
            var oldest = playlist.Segments[0].Uri;
            await AssertElsewhereAsync(viewer, bucket, $"{folder}/{oldest}", $"live/{id}/source/{oldest}");
            foreach (var name in (string[])[playlist.Segments[^1].Uri, "init-0.mp4"])
            {
                using var own = await viewer.GetAsync($"{folder}/{name}");
                Assert.Equal((name, HttpStatusCode.OK), (name, own.StatusCode));
            }

            await publisher.StopAsync();
        }

        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => ListAsync(node, channel), recordings => recordings.Count > 0));
        await AssertElsewhereAsync(viewer, bucket, $"/vod/{recording.Id}/audio/0.m4s", $"live/{recording.Id}/audio/0.m4s");
        using var header = await viewer.GetAsync($"/vod/{recording.Id}/audio/init-0.mp4");
        Assert.Equal(HttpStatusCode.OK, header.StatusCode);

        // With a connection for all segments it complains each time that the next one is on another host, and opens a new one.
        foreach (var input in (string[][])[["-http_persistent", "0", "-i", recording.Hls], ["-i", recording.Dash]])
        {
            string[] arguments = [.. input.SkipLast(1), new Uri(node.Address, input[^1]).AbsoluteUri, "-map", "0", "-f", "null", "-"];
            Assert.Equal("", await ErrorsAsync(arguments));
        }

        Assert.DoesNotContain(_fake.Requests, request => request.Kind == FakeRequest.Read && IsSegment(request.Name));
    }

    [Fact]
    public async Task Compare_ObjectsLostAndStrange_AreListedForTheOperator()
    {
        await using var node = await StartAsync();
        var recording = await RecordAsync(node);
        await ManifestsAsync(recording);
        _fake.Put($"live/{recording.Id}/source/9999.m4s", new byte[5]);
        _fake.Put("live/lost/source/0.m4s", new byte[7]);
        var lost = _fake.Find($"live/{recording.Id}/source/1.m4s")!;
        _fake.Put(lost.Name, lost.Bytes[1..]);

        using var refused = await node.Viewer.GetAsync("/api/orphans/objects");
        var comparison = (await node.Admin.GetFromJsonAsync<StorageComparisonResource>("/api/orphans/objects"))!;

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(
            [new($"live/{recording.Id}/source/9999.m4s", 5), new("live/lost/source/0.m4s", 7)],
            comparison.Unknown.First.OrderBy(found => found.SizeBytes));
        Assert.Equal([new(lost.Name, lost.Bytes.Length)], comparison.Missing.First);
    }

    private string[] Settings =>
        ["Storage:Kind=gcs", $"Storage:Bucket={_fake.Bucket}", $"--STORAGE_EMULATOR_HOST={_fake.Address.Authority}"];

    private Task<Node> StartAsync(params string[] settings) =>
        Node.StartOnAsync(_data, [.. Settings, "Retention=00:00:10", .. settings]);

    /// <summary>A broadcast of all of the source, which has ended.</summary>
    private static async Task<RecordingResource> RecordAsync(Node node)
    {
        var channel = await node.CreateChannelAsync();
        await TestMedia.RunAsync(
            "ffmpeg",
            ["-nostdin", "-loglevel", "error", "-re", "-i", await Source, "-c", "copy", "-flvflags", "no_duration_filesize",
                "-f", "flv", channel.PublishUrl]);
        return Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => ListAsync(node, channel), recordings => recordings.Count > 0));
    }

    private Task ManifestsAsync(RecordingResource recording) => Eventually.HoldsAsync(
        "the manifests are stored", () => Task.FromResult(_fake.Find($"live/{recording.Id}/index.m3u8") is not null));

    private static async Task AssertElsewhereAsync(HttpClient viewer, PublicBucket bucket, string path, string name)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Range = new(0, 9);
            using var response = await viewer.SendAsync(request);
            Assert.Equal((path, HttpStatusCode.Found), (path, response.StatusCode));
            Assert.Equal(new Uri(bucket.Address, name), response.Headers.Location);
            Assert.Equal("public, max-age=60", response.Headers.CacheControl!.ToString());
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }

        using var followed = await viewer.GetAsync(new Uri(bucket.Address, name));
        Assert.Equal(HttpStatusCode.OK, followed.StatusCode);
    }

    private static bool IsManifest(FakeObject stored) => Path.GetExtension(stored.Name) is ".m3u8" or ".mpd";

    private static bool IsSegment(FakeObject stored) => IsSegment(stored.Name);

    private static bool IsSegment(string name) => name.EndsWith(".m4s", StringComparison.Ordinal);

    private IEnumerable<FakeObject> StoredOf(RecordingResource recording) =>
        _fake.Objects.Where(stored => stored.Name.StartsWith($"live/{recording.Id}/", StringComparison.Ordinal));

    private static async Task<string> ReadyAsync(Node node)
    {
        using var response = await node.Viewer.GetAsync("/health/ready");
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<IReadOnlyList<RecordingResource>> ListAsync(Node node, TestChannel channel) =>
        (await node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{channel.Slug}/recordings"))!;

    /// <summary>ffmpeg plays every frame of every rendition and says nothing; ffprobe finds its length right.</summary>
    private static async Task AssertPlaysAsync(Node node, RecordingResource recording)
    {
        var url = new Uri(node.Address, recording.Hls).AbsoluteUri;
        Assert.Equal("", await ErrorsAsync("-i", url, "-map", "0", "-f", "null", "-"));
        var format = (await TestMedia.ProbeAsync(url, "-show_format")).GetProperty("format");
        Assert.Equal(Seconds, double.Parse(format.GetProperty("duration").GetString()!, CultureInfo.InvariantCulture), 0.25);
        foreach (var (rendition, rate) in ((string, double)[])[("source", 25), ("240p", 25), ("audio", 48000 / 1024.0)])
        {
            var media = new Uri(node.Address, $"/vod/{recording.Id}/{rendition}/index.m3u8").AbsoluteUri;
            var stream = (await TestMedia.ProbeAsync(media, "-count_packets -show_streams")).GetProperty("streams")[0];
            var packets = int.Parse(stream.GetProperty("nb_read_packets").GetString()!, CultureInfo.InvariantCulture);
            Assert.Equal(Seconds * rate, packets, 3.0);
        }
    }

    private static async Task<string> ErrorsAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "warning", .. arguments])
        { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return errors;
    }
}
