using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Live;

/// <summary>Sources in formats of studios, which browsers do not decode, and in shapes of television.</summary>
public sealed class SourceFormatTests
{
    [Fact]
    public async Task Source_ThatBrowsersCannotDecode_IsLeftOutAndItsBroadcasterTold()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await VideoAsync("320x240", "-pix_fmt yuv444p"));

        // Whoever sees it live sees a picture that can be shown.
        var live = await channel.LiveAsync();
        var first = await channel.MultivariantAsync();

        Assert.Equal(["240p", "audio"], first!.Names);
        Assert.Equal(["240p", "audio"], live.Renditions.Select(rendition => rendition.Name));
        var manifest = await node.Viewer.GetStringAsync($"/live/{channel.Slug}/manifest.mpd");
        Assert.DoesNotContain("avc1.f4", manifest, StringComparison.Ordinal);
        var advice = Assert.Single(live.Ingest!.Advice);
        Assert.Contains("4:4:4 with 8 bits", advice, StringComparison.Ordinal);
        Assert.Contains("Color Format NV12", advice, StringComparison.Ordinal);

        // The source's files are there all the same.
        var source = await channel.PlaylistAsync(live.BroadcastId!, "source");
        Assert.NotEmpty(source.Segments);
    }

    [Theory]
    [InlineData("Ladder:Enabled=false")]
    [InlineData("Ladder:Ffmpeg=/nonexistent/ffmpeg")]
    public async Task Source_ThatBrowsersCannotDecode_IsBetterThanNothing(string setting)
    {
        await using var node = await Node.StartAsync(setting);
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await VideoAsync("320x240", "-pix_fmt yuv420p10le"));

        await channel.LiveAsync("source", "audio");

        Assert.Equal(["source", "audio"], (await channel.MultivariantAsync())!.Names);
        await channel.EventuallyAsync(
            "the broadcaster is told",
            shown => Assert.Single(shown.Ingest!.Advice).Contains("most viewers see nothing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Source_Anamorphic_IsOfferedInItsShownShape()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await VideoAsync("360x288", "-vf setsar=64/45 -pix_fmt yuv420p"));

        var live = await channel.LiveAsync("source", "240p");

        Assert.Equal(
            [(512, 288), (426, 240)],
            live.Renditions.Where(rendition => rendition.Kind == "video")
                .Select(rendition => (rendition.Width!.Value, rendition.Height!.Value)));
        Assert.Equal((360, 288), (live.Ingest!.Width!.Value, live.Ingest.Height!.Value));
        Assert.Empty(live.Ingest.Advice);
        Assert.Contains("RESOLUTION=512x288", (await channel.MultivariantAsync())!.Text, StringComparison.Ordinal);
        var manifest = await node.Viewer.GetStringAsync($"/live/{channel.Slug}/manifest.mpd");
        Assert.Contains("""width="360" height="288" sar="64:45" """.TrimEnd(), manifest, StringComparison.Ordinal);
        Assert.Contains("par=\"16:9\"", manifest, StringComparison.Ordinal);
    }

    private static Task<string> VideoAsync(string size, string options) => TestMedia.FlvAsync(
        fps: "25", gop: 25, size: size, seconds: 20, videoOptions: $"-preset ultrafast -b:v 400k {options}");
}
