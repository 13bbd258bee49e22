using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>
/// Viewers who come long after the only IDR picture of a broadcast. Without a ladder Chromium decodes some open groups and not
/// others: those that speak of pictures from before them (memory management control operations) it refuses.
/// </summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class RareKeyFramesPageTests(Chromium chromium)
{
    [Theory]
    [InlineData("open-gop=1:bframes=3:b-adapt=0:keyint=50:min-keyint=50:scenecut=0", "true")]
    [InlineData("open-gop=1:bframes=3:b-adapt=0:keyint=40:min-keyint=40:scenecut=0", "false")]
    [InlineData("intra-refresh=1:keyint=50:scenecut=0:bframes=0", "true")]
    public async Task WatchPage_LongAfterTheOnlyIdrPicture_ShowsMovingPictures(string options, string hasLadder)
    {
        await using var node = await Node.StartAsync(
            "Segments:Target=00:00:02", "Segments:Window=00:00:12", $"Ladder:Enabled={hasLadder}");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await TestMedia.FlvAsync(
            fps: "25", size: "384x288", seconds: 120, videoOptions: $"-preset veryfast -b:v 300k -x264-params {options}"));
        var id = (await channel.LiveAsync("source")).BroadcastId!;
        await channel.PlaylistAsync(id, "source", "the IDR picture has left the window", listed => listed.MediaSequence > 0);

        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}"));
        await page.PlaysAsync();
        await page.AdvanceAsync(4);

        Assert.True(await page.Page.EvaluateAsync<int>("() => window.__player.video.getVideoPlaybackQuality().totalVideoFrames") > 40);
        Assert.True(await page.BrightnessAsync("video") > 20);
    }
}
