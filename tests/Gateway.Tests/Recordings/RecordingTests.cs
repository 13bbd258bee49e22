using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Playback;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Recordings;

/// <summary>Broadcasts that are over, in the judgement of hls-parser (strict), mpd-parser and ffmpeg.</summary>
public sealed class RecordingTests
{
    // Longer than the window: the first segments have left it when the broadcast ends.
    private const double Seconds = 12;

    private static readonly string[] Renditions = ["source", "240p", "audio"];

    private static Task<string> Source { get; } = TestMedia.FlvAsync(
        fps: "25", gop: 25, size: "640x360", seconds: Seconds, videoOptions: "-preset ultrafast -b:v 500k");

    [Fact]
    public async Task Broadcast_Ended_IsARecordingFromItsFirstPictureToItsLast()
    {
        await using var node = await Node.StartAsync("Retention=00:00:10");
        var channel = await node.CreateChannelAsync();
        Assert.Empty(await ListAsync(node, channel));
        await PushAsync(await Source, channel.PublishUrl);
        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => ListAsync(node, channel), recordings => recordings.Count > 0));

        Assert.Equal(Seconds, recording.DurationSeconds, 0.1);
        Assert.Equal(Seconds, (recording.EndedAt - recording.StartedAt).TotalSeconds, 0.5);
        Assert.Equal(StoredBytes(node, recording), recording.SizeBytes);
        Assert.Equal($"/vod/{recording.Id}/index.m3u8", recording.Hls);
        await AssertPlaysAsync(node, recording, Seconds, Renditions.Length);
        await JudgeAsync(node, recording);

        // And it stays when the live broadcast is gone.
        await Eventually.HoldsAsync("the channel has nothing to play", async () => await channel.MultivariantAsync() is null);
        await AssertFetchableAsync(node, recording);
    }

    [Fact]
    public async Task Recording_PublisherWasAway_IsSoughtThroughByLibavformat()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using (var first = channel.Publish(await Sources.AudioAndVideo))
        {
            var live = await channel.LiveAsync("source", "audio");
            await channel.PlaylistAsync(live.BroadcastId!, "source", "there are some segments", playlist => playlist.Segments.Count >= 3);
            await first.KillAsync();
        }

        // It comes back, and says goodbye at its end.
        await PushAsync(await Source, channel.PublishUrl);
        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => ListAsync(node, channel), recordings => recordings.Count > 0));

        var manifest = new Uri(node.Address, recording.Dash).AbsoluteUri;
        var format = (await TestMedia.ProbeAsync(manifest, "-show_format")).GetProperty("format");
        Assert.Equal(
            recording.DurationSeconds, double.Parse(format.GetProperty("duration").GetString()!, CultureInfo.InvariantCulture), 0.5);
        foreach (var place in (double[])[0, 1.5, recording.DurationSeconds - 6])
        {
            var frames = await TestMedia.RunAsync(
                "ffmpeg",
                ["-nostdin", "-loglevel", "error", "-ss", place.ToString(CultureInfo.InvariantCulture), "-i", manifest, "-t", "4",
                    "-map", "0:v", "-f", "framemd5", "-"]);
            Assert.InRange(frames.Split('\n').Count(line => line.Length > 0 && line[0] != '#'), 95, 101);
        }
    }

    [Fact]
    public async Task Recording_Deleted_IsGoneWithItsFiles()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Retention=00:00:10");
        var channel = await node.CreateChannelAsync();
        await PushAsync(await Source, channel.PublishUrl);
        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording", () => ListAsync(node, channel), recordings => recordings.Count > 0));
        var address = $"/api/channels/{channel.Slug}/recordings/{recording.Id}";
        var other = await node.CreateChannelAsync();

        await Problem.AssertAsync(HttpStatusCode.Unauthorized, await node.Viewer.DeleteAsync(address));
        await Problem.AssertAsync(
            HttpStatusCode.NotFound, await node.Admin.DeleteAsync($"/api/channels/{other.Slug}/recordings/{recording.Id}"));
        Assert.Equal(HttpStatusCode.NoContent, (await node.Admin.DeleteAsync(address)).StatusCode);

        Assert.Empty(await ListAsync(node, channel));
        await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Admin.DeleteAsync(address));
        await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync(recording.Hls));
        await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync(recording.Dash));
        Assert.False(Directory.Exists(Folder(node, recording)));
    }

    [Fact]
    public async Task Node_CutOffWhileLive_HasAPlayableRecordingAfterItsStart()
    {
        var copy = Directory.CreateTempSubdirectory("streaming-crashed-").FullName;
        try
        {
            TestChannel channel;
            string id;
            await using (var node = await Node.StartAsync())
            {
                channel = await node.CreateChannelAsync();
                await using var publisher = channel.Publish(await Sources.AudioAndVideo);
                id = (await channel.LiveAsync(Renditions)).BroadcastId!;
                await channel.PlaylistAsync(id, "240p", "the window has moved on", playlist => playlist.MediaSequence >= 2);
                CopyWhileWritten(node.DataPath, copy);
            }

            await using var restarted = await Node.StartOnAsync(copy);
            var recording = Assert.Single(await ListAsync(restarted, channel));

            Assert.Equal(id, recording.Id);
            Assert.True(recording.DurationSeconds >= 7, $"{recording.DurationSeconds} s");
            await AssertFetchableAsync(restarted, recording);
            await AssertPlaysAsync(restarted, recording, recording.DurationSeconds, streams: null);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task Node_Stopped_EndsItsBroadcastAsARecording()
    {
        var data = Directory.CreateTempSubdirectory("streaming-stopped-").FullName;
        try
        {
            TestChannel channel;
            await using (var node = await Node.StartOnAsync(data, "Ladder:Enabled=false"))
            {
                channel = await node.CreateChannelAsync();
                await using var publisher = channel.Publish(await Sources.AudioAndVideo);
                await channel.LiveAsync("source", "audio");
                await node.StopAsync();
            }

            // Not even a second start that records nothing takes away what there is.
            await using var restarted = await Node.StartOnAsync(data, "Recordings:Enabled=false");
            await AssertFetchableAsync(restarted, Assert.Single(await ListAsync(restarted, channel)));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Recordings_OfNoChannel_AreAProblem()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync("/api/channels/nobody/recordings"));
        foreach (var path in (string[])["index.m3u8", "manifest.mpd", "source/index.m3u8", "source/0.m4s", "source/..m4s"])
        {
            await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync($"/vod/20260101T000000Z-00000000/{path}"));
        }
    }

    [Theory]
    [InlineData("Recordings:MaxAge=00:00:10")]
    [InlineData("Recordings:Quarantine=23:59:59")]
    [InlineData("Recordings:MaxBytes=-1")]
    [InlineData("Recordings:MaxBytes=99000000000")]
    public async Task Settings_ThatDoNotHold_AreRefused(string setting)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Node.StartAsync(setting));
        Assert.Contains("Streaming:" + setting.Split('=')[0], refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<RecordingResource>> ListAsync(Node node, TestChannel channel) =>
        (await node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{channel.Slug}/recordings"))!;

    private static Task<string> PushAsync(string file, string url) => TestMedia.RunAsync(
        "ffmpeg",
        ["-nostdin", "-loglevel", "error", "-re", "-i", file, "-c", "copy", "-flvflags", "no_duration_filesize", "-f", "flv", url]);

    private static string Folder(Node node, RecordingResource recording) =>
        Path.Combine(node.DataPath, "media", "live", recording.Id);

    private static long StoredBytes(Node node, RecordingResource recording) => new DirectoryInfo(Folder(node, recording))
        .EnumerateFiles("*.m4s", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>ffmpeg plays all of it and says nothing; its length is right.</summary>
    private static async Task AssertPlaysAsync(Node node, RecordingResource recording, double seconds, int? streams)
    {
        var url = new Uri(node.Address, recording.Hls).AbsoluteUri;
        Assert.Equal("", await ErrorsAsync("-i", url, "-map", "0", "-f", "null", "-"));
        var format = (await TestMedia.ProbeAsync(url, "-show_format")).GetProperty("format");
        Assert.Equal(seconds, double.Parse(format.GetProperty("duration").GetString()!, CultureInfo.InvariantCulture), 0.25);

        // Of every rendition every frame.
        foreach (var rendition in Renditions.Take(streams ?? 0))
        {
            var media = new Uri(node.Address, $"/vod/{recording.Id}/{rendition}/index.m3u8").AbsoluteUri;
            Assert.Equal("", await ErrorsAsync("-i", media, "-f", "null", "-"));
            var stream = (await TestMedia.ProbeAsync(media, "-count_packets -show_streams")).GetProperty("streams")[0];
            var packets = int.Parse(stream.GetProperty("nb_read_packets").GetString()!, CultureInfo.InvariantCulture);
            Assert.Equal(seconds * (rendition == "audio" ? 48000 / 1024.0 : 25), packets, 3.0);
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

    /// <summary>Everything that it lists is there.</summary>
    private static async Task AssertFetchableAsync(Node node, RecordingResource recording)
    {
        var multivariant = MultivariantListing.Parse(await node.Viewer.GetStringAsync(recording.Hls));
        foreach (var rendition in multivariant.Variants.Concat(multivariant.Audio).Distinct())
        {
            var folder = $"/vod/{recording.Id}/{rendition.Split('/')[0]}";
            var playlist = PlaylistListing.Parse(await node.Viewer.GetStringAsync($"{folder}/index.m3u8"));
            Assert.True(playlist.IsEnded);
            Assert.Contains("#EXT-X-PLAYLIST-TYPE:VOD", playlist.Text, StringComparison.Ordinal);
            Assert.Equal(0, playlist.MediaSequence);
            var recorded = playlist.Segments.Where(segment => !segment.IsGap);
            foreach (var name in recorded.SelectMany(segment => new[] { segment.Map!, segment.Uri }))
            {
                using var response = await node.Viewer.GetAsync($"{folder}/{name}");
                Assert.True(response.StatusCode == HttpStatusCode.OK, $"{folder}/{name}: {response.StatusCode}");
                Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
            }

            await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync($"{folder}/1000.m4s"));
            await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync($"{folder}/init-9.mp4"));
        }
    }

    private static async Task JudgeAsync(Node node, RecordingResource recording)
    {
        var manifests = new Dictionary<string, string>();
        foreach (var name in (string[])["index.m3u8", "manifest.mpd", .. Renditions.Select(rendition => rendition + "/index.m3u8")])
        {
            manifests[name.Replace("/index", "", StringComparison.Ordinal)] =
                await node.Viewer.GetStringAsync($"/vod/{recording.Id}/{name}");
        }

        var judged = await ManifestJudge.JudgeAsync(manifests);
        foreach (var rendition in Renditions)
        {
            var media = judged[rendition + ".m3u8"].Media!;
            Assert.True(media.Endlist);
            Assert.Equal("VOD", media.PlaylistType);
            Assert.Equal(Seconds, media.Segments.Sum(segment => segment.Duration), 0.1);
            Assert.DoesNotContain(media.Segments, segment => segment.Gap);
        }

        var mpd = judged["manifest.mpd"].Mpd!;
        Assert.Empty(mpd.Warnings);
        Assert.Equal(Seconds, mpd.Duration, 0.1);
        Assert.Equal([640, 426], mpd.Playlists.Select(playlist => playlist.Width).OrderDescending());
        Assert.All(mpd.Playlists.Concat(mpd.Audio), playlist => Assert.True(playlist.EndList, playlist.Id));
    }

    /// <summary>
    /// What a crash would leave: the databases first, so that media is there at least as far as they say, unless it is in
    /// motion.
    /// </summary>
    private static void CopyWhileWritten(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(from, "media"), "*.m*4*", SearchOption.AllDirectories))
        {
            if (file.EndsWith(".unfinished", StringComparison.Ordinal))
            {
                continue;
            }

            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
