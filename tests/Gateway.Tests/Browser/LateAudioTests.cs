using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>Who watches before the sound comes hears it when it does.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class LateAudioTests(Chromium chromium)
{
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("hls", true, 48000, 2)]
    [InlineData("hls", true, 44100, 1)]
    [InlineData("hls", false, 48000, 2)]
    [InlineData("dash", true, 48000, 2)]
    public async Task WatchPage_OpenBeforeTheAudio_HearsIt(string player, bool isPromised, int audioRate, int channels)
    {
        const uint lateMs = 15_000;
        await using var node = await Node.StartAsync("Segments:Target=00:00:02", "Segments:Window=00:00:30", "Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = await PacedPublisher.StartAsync(
            channel, await LateAudio.TagsAsync(lateMs, seconds: 60, isPromised, audioRate, channels));
        await channel.LiveAsync("source");
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}?player={player}"));
        await page.PlaysAsync();
        Assert.Null((await channel.ShowAsync()).Ingest!.AudioCodec);
        await page.BeginHearingAsync();
        Assert.InRange(await page.LoudnessAsync(), 0, 0.001);

        await channel.EventuallyAsync("audio comes in", shown => shown.Ingest?.AudioCodec is not null);
        await Eventually.GetAsync("it is heard", page.LoudnessAsync, loudness => loudness > 0.01, LateMax);

        // And goes on to be.
        await page.AdvanceAsync(3);
        Assert.True(await page.LoudnessAsync() > 0.01);
        Assert.Empty(page.Complaints);
    }
}
