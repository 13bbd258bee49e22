using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A screen cast with sound that stands still for seconds: the last picture stays, and the sound goes on.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class ScreenCastTests(Chromium chromium)
{
    private const uint MovingMs = 8_000;
    private const uint CycleMs = 15_000;
    private const int SourceSeconds = 150;

    [Theory]
    [InlineData("hls")]
    [InlineData("dash")]
    public async Task WatchPage_WhilePicturesStayAway_GoesOnWithoutAHole(string player)
    {
        await using var node = await Node.StartAsync("Segments:Target=00:00:02", "Segments:Window=00:01:00", "Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = await PacedPublisher.StartAsync(channel, await TagsAsync());
        await channel.LiveAsync("source");
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}?player={player}"));
        await page.PlaysAsync();
        await page.BeginHearingAsync();

        // More than from one picture of a cycle to the same of the next: a pause is in it wherever it begins. On a slow machine the
        // player may fall behind and leave a hole of its own: there are cycles enough.
        await Eventually.HoldsAsync(
            "a cycle is played from one range",
            () => page.Page.EvaluateAsync<bool>(
                """
                () => {
                  const { buffered, currentTime } = window.__player.video;
                  return Array.from({ length: buffered.length }, (_, i) => i)
                    .some((i) => buffered.end(i) >= currentTime && currentTime - buffered.start(i) > 16);
                }
                """),
            TimeSpan.FromSeconds(SourceSeconds));
        Assert.True(await page.LoudnessAsync() > 0.01);
        Assert.Empty(page.Complaints);
    }

    private static async Task<IReadOnlyList<FlvTag>> TagsAsync()
    {
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(
            fps: "25", gop: 50, size: "320x180", audioRate: 48000, channels: 2, seconds: SourceSeconds,
            videoOptions: "-preset ultrafast -b:v 300k"));
        return [.. tags.Where(tag => tag.Type != FlvTagType.Video || tag.TimestampMs % CycleMs < MovingMs)];
    }
}
