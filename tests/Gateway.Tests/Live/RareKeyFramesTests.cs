using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Live;

/// <summary>Encoders that send one IDR picture and no more.</summary>
public sealed class RareKeyFramesTests
{
    [Theory]
    [InlineData("-x264-params open-gop=1:bframes=3:b-adapt=0:keyint=50:min-keyint=50:scenecut=0", "open groups of pictures")]
    [InlineData("-x264-params intra-refresh=1:keyint=50:scenecut=0:bframes=0", "intra refresh")]
    [InlineData("-g 100000", "Keyframe Interval")]
    public async Task Source_WithoutIdrPicturesAfterTheFirst_HasALadderOfThemAndItsBroadcasterIsTold(string options, string told)
    {
        await using var node = await Node.StartAsync("Segments:Target=00:00:02", "Segments:Window=00:00:20");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await TestMedia.FlvAsync(
            fps: "25", size: "384x288", seconds: 60, videoOptions: $"-preset veryfast -b:v 300k {options}"));
        var id = (await channel.LiveAsync("source", "240p", "audio")).BroadcastId!;

        var shown = await channel.EventuallyAsync("the broadcaster is told", shown => shown.Ingest?.Advice.Count > 0);
        var advice = Assert.Single(shown.Ingest!.Advice);
        Assert.Contains("no key frame (IDR picture) has come since the first", advice, StringComparison.Ordinal);
        Assert.Contains(told, advice, StringComparison.Ordinal);

        var rung = await channel.PlaylistAsync(id, "240p", "it has gone on for a while", listed => listed.NextMediaSequence >= 7);
        Assert.Contains("#EXT-X-INDEPENDENT-SEGMENTS", rung.Text, StringComparison.Ordinal);
        Assert.All(rung.Segments, segment => Assert.False(segment.IsGap));
        Assert.All(rung.Segments, segment => Assert.InRange(segment.Duration, 0.1, 4.05));
        Assert.Equal(["240p", "audio"], (await channel.MultivariantAsync())!.Names);
        Assert.DoesNotContain(
            "#EXT-X-INDEPENDENT-SEGMENTS", (await channel.PlaylistAsync(id, "source")).Text, StringComparison.Ordinal);
    }
}
