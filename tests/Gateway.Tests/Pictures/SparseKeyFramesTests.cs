using System.Net;
using System.Net.Http.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Pictures;

/// <summary>A source whose key frames are further apart than segments, and no ladder that has others.</summary>
public sealed class SparseKeyFramesTests
{
    private const int Seconds = 12;

    [Fact]
    public async Task Thumbnails_OfASourceWithLongGops_AreOfTheSegmentsThatHaveAKeyFrame()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();

        // At 0, 5.52 and 11.04 s; as fast as it goes.
        var source = await TestMedia.FlvAsync(fps: "25", gop: 138, size: "320x180", seconds: Seconds);
        await TestMedia.RunAsync(
            "ffmpeg", ["-nostdin", "-loglevel", "error", "-i", source, "-c", "copy", "-f", "flv", channel.PublishUrl]);
        var recording = (await Eventually.GetAsync(
            "there is a recording",
            () => node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{channel.Slug}/recordings"),
            recordings => recordings!.Count == 1))![0];
        var playlist = PlaylistListing.Parse(await node.Viewer.GetStringAsync($"/vod/{recording.Id}/source/index.m3u8"));

        var pictures = 0;
        foreach (var segment in playlist.Segments)
        {
            using var response = await node.Viewer.GetAsync($"/vod/{recording.Id}/thumbnails/{segment.MediaSequence}.jpg");
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.NotFound]);
            pictures += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.InRange(playlist.Segments.Count, Seconds / 2, Seconds + 1);
        Assert.Equal(3, pictures);
    }
}
