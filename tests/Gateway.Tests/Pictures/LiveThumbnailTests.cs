using System.Net;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Pictures;

/// <summary>Pictures of a broadcast under way: from memory, from storage, and when the segment is no longer there.</summary>
public sealed class LiveThumbnailTests(LiveNode live) : IClassFixture<LiveNode>
{
    private readonly HttpClient _viewer = live.Node.Viewer;

    [Fact]
    public async Task Thumbnail_OfTheWindow_IsMadeFromMemoryAndFromStorage()
    {
        var segments = (await live.Channel.PlaylistAsync(live.BroadcastId, "240p")).Segments;
        var media = live.Node.Broadcast(live.Channel.Slug).Media;
        Assert.False(media.TryGet("240p", segments[1].Uri, out _));
        Assert.True(media.TryGet("240p", segments[^1].Uri, out _));

        foreach (var segment in (ListedSegment[])[segments[1], segments[^1]])
        {
            var picture = await PictureProbe.OfAsync(await _viewer.GetByteArrayAsync(Address(segment.MediaSequence)));
            Assert.Equal(("mjpeg", 240, 135), (picture.Codec, picture.Width, picture.Height));
        }
    }

    [Fact]
    public async Task Thumbnail_OfASegmentThatIsNotThere_SaysWhetherItWas()
    {
        var playlist = await live.Channel.PlaylistAsync(live.BroadcastId, "source");
        await Problem.AssertAsync(HttpStatusCode.Gone, await _viewer.GetAsync(Address(playlist.MediaSequence - 1)));
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _viewer.GetAsync(Address(playlist.NextMediaSequence + 100)));
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _viewer.GetAsync(Address(-1)));
        await Problem.AssertAsync(
            HttpStatusCode.Gone, await _viewer.GetAsync($"/live/{live.Channel.Slug}/20200101T000000Z-0123abcd/thumbnails/0.jpg"));
        await Problem.AssertAsync(
            HttpStatusCode.NotFound, await _viewer.GetAsync($"/live/{live.Channel.Slug}/nothing/thumbnails/0.jpg"));
    }

    private string Address(long mediaSequence) => $"/live/{live.Channel.Slug}/{live.BroadcastId}/thumbnails/{mediaSequence}.jpg";
}
