using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>What a node serves, in the judgement of hls-parser (strict), mpd-parser and ffprobe.</summary>
public sealed class JudgedLiveTests(LiveNode live) : IClassFixture<LiveNode>
{
    [Fact]
    public async Task Manifests_OfLiveBroadcast_ParseStrictlyAndAgree()
    {
        string[] renditions = ["source", "240p", "audio"];
        var manifests = new Dictionary<string, string>();
        foreach (var name in (string[])["index.m3u8", "manifest.mpd"])
        {
            manifests[name] = await live.Node.Viewer.GetStringAsync($"/live/{live.Channel.Slug}/{name}");
        }

        foreach (var rendition in renditions)
        {
            manifests[$"{rendition}.m3u8"] =
                await live.Node.Viewer.GetStringAsync($"/live/{live.Channel.Slug}/{live.BroadcastId}/{rendition}/index.m3u8");
        }

        var judged = await ManifestJudge.JudgeAsync(manifests);
        var variants = judged["index.m3u8"].Multivariant!.Variants;
        Assert.Equal([640, 426], variants.Select(variant => variant.Width));
        Assert.All(variants, variant => Assert.Equal(25, variant.FrameRate, 1.0));
        Assert.All(variants, variant => Assert.Contains("mp4a.40.2", variant.Codecs, StringComparison.Ordinal));
        Assert.All(variants, variant => Assert.Equal($"{live.BroadcastId}/audio/index.m3u8", Assert.Single(variant.Audio).Uri));
        foreach (var rendition in renditions)
        {
            var media = judged[$"{rendition}.m3u8"].Media!;
            Assert.True(media.Segments.Length >= 5, rendition);
            Assert.True(media.IndependentSegments, rendition);
            var complete = media.Segments.Where(segment => segment.Uri is { Length: > 0 }); // the last one is growing
            Assert.All(complete, segment => Assert.InRange(segment.Duration, 0.8, media.TargetDuration));
        }

        var mpd = judged["manifest.mpd"].Mpd!;
        Assert.Empty(mpd.Warnings);
        Assert.Equal([640, 426], mpd.Playlists.Select(playlist => playlist.Width).OrderDescending());
        Assert.Single(mpd.Audio);
        Assert.All(mpd.Playlists.Concat(mpd.Audio), playlist => Assert.True(playlist.Segments.Length >= 5, playlist.Id));
    }

    [Theory]
    [InlineData("source", 640)]
    [InlineData("240p", 426)]
    [InlineData("audio", null)]
    public async Task Segments_InARow_AreOneStreamWithoutErrors(string rendition, int? width)
    {
        var playlist = await live.Channel.PlaylistAsync(live.BroadcastId, rendition);
        var folder = live.Channel.Folder(live.BroadcastId, rendition);
        var file = Path.GetTempFileName();
        try
        {
            await using (var output = File.Create(file))
            {
                await output.WriteAsync(await live.Node.Viewer.GetByteArrayAsync($"{folder}/{playlist.Segments[1].Map}"));
                foreach (var segment in playlist.Segments.Skip(1))
                {
                    await output.WriteAsync(await live.Node.Viewer.GetByteArrayAsync($"{folder}/{segment.Uri}"));
                }
            }

            // Decodes every frame and says what is wrong with any.
            await TestMedia.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-xerror", "-i", file, "-f", "null", "-"]);
            var stream = (await TestMedia.ProbeAsync(file, "-count_packets -show_streams")).GetProperty("streams")[0];
            var packets = int.Parse(stream.GetProperty("nb_read_packets").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            var seconds = playlist.Segments.Skip(1).Sum(segment => segment.Duration);
            Assert.Equal(seconds * (width is null ? 48000 / 1024.0 : 25), packets, 1.0);
            if (width is not null)
            {
                Assert.Equal(width, stream.GetProperty("width").GetInt32());
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
