using System.Net;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Segments that are asked for while they grow, as players of low-latency DASH do.</summary>
public sealed class GrowingSegmentTests(LowLatencyNode live) : IClassFixture<LowLatencyNode>
{
    private readonly HttpClient _viewer = live.Node.Viewer;

    [Theory]
    [InlineData("source")]
    [InlineData("240p")]
    [InlineData("audio")]
    public async Task GrowingSegment_AskedFor_ComesChunkedAndIsTheFile(string rendition)
    {
        var broadcast = live.Node.Broadcast(live.Channel.Slug);
        for (var asked = 0; asked < 3; asked++)
        {
            var open = await Eventually.GetAsync(
                "a segment has begun",
                () => broadcast.Snapshot!.Find(rendition)!.Open is { Parts.Length: 1 } begun ? begun : null);
            var address = $"{live.Channel.Folder(live.BroadcastId, rendition)}/{MediaNames.Segment(open.Boundary.MediaSequence)}";

            using var response = await _viewer.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            var bytes = await response.Content.ReadAsByteArrayAsync();

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            using var file = await _viewer.GetAsync(address);
            Assert.Equal(await file.Content.ReadAsByteArrayAsync(), bytes);
            Assert.Equal(bytes.Length, file.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task GrowingSegment_WhilePublisherStandsStill_GivesWhatIsThereAndBreaksOff()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        var broadcast = node.Broadcast(channel.Slug);
        var open = await Eventually.GetAsync(
            "a segment has begun",
            () => broadcast.Snapshot!.Find("source")!.Open is { Parts.Length: 1 } begun ? begun : null);
        await publisher.SuspendAsync();
        Assert.True(broadcast.Media.TryHold("source", MediaNames.Part(open.Boundary.MediaSequence, 0), out var first));

        using var response = await node.Viewer.GetAsync(
            $"{channel.Folder(id, "source")}/{MediaNames.Segment(open.Boundary.MediaSequence)}", HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.Headers.TransferEncodingChunked);
        await using var body = await response.Content.ReadAsStreamAsync();
        var there = new byte[first!.Length];
        await body.ReadExactlyAsync(there);
        Assert.Equal(first.Pieces[0].ToArray(), there);

        // Nothing comes for three target durations: whoever reads must not take this for the whole.
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }
}
