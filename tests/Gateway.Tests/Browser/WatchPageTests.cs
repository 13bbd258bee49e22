using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>Viewers in a browser: hls.js and dash.js on the watch page.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class WatchPageTests(Chromium chromium)
{
    // A screen at 25 fps shows a new picture every 40 ms; a switch may show the old one for a moment.
    private static readonly TimeSpan StillMax = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("hls")]
    [InlineData("dash")]
    public async Task Player_SwitchedThroughEveryRung_PlaysOnWithoutStall(string player)
    {
        await using var node = await Node.StartAsync(
            "Segments:Target=00:00:02", "Segments:Window=00:00:30",
            "Ladder:Rungs:1:Name=180p", "Ladder:Rungs:1:Height=180", "Ladder:Rungs:1:BitRate=150000");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var live = await channel.LiveAsync("source", "240p", "180p", "audio");
        await channel.PlaylistAsync(live.BroadcastId!, "180p", "there is a little to play", playlist => playlist.Segments.Count >= 3);
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}?player={player}"));

        await page.PlaysAsync();
        await page.AdvanceAsync(2);
        Assert.Equal(player, await page.Page.EvaluateAsync<string>("() => window.__player.kind"));
        var names = await page.Page.EvaluateAsync<string[]>("() => window.__player.renditions().map(({ name }) => name)");
        Assert.Equal(["180p", "240p", "source"], names.Order(StringComparer.Ordinal));

        await page.BeginMeterAsync();
        foreach (var rendition in (string[])["source", "180p", "240p", "source", "240p", "180p"])
        {
            await page.SelectAsync(rendition);
            await page.AdvanceAsync(2);
            var height = rendition switch { "source" => 360, "240p" => 240, _ => 180 };
            await Eventually.GetAsync(
                $"the picture is that of {rendition}",
                () => page.Page.EvaluateAsync<int>("() => window.__player.video.videoHeight"),
                shown => shown == height);
        }

        await page.Page.EvaluateAsync("() => window.__player.select('auto')");
        await page.AdvanceAsync(5);

        Assert.InRange(await page.LongestStillAsync(), TimeSpan.Zero, StillMax);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => window.__player.stalls"));
        Assert.Empty(page.Complaints);
        Assert.InRange(await page.Page.EvaluateAsync<double>("() => window.__player.latency()"), 0.1, 10);
    }

    [Fact]
    public async Task WatchPage_OpenBeforeTheBroadcast_StartsAndEndsWithItWithoutReload()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}"));
        await page.Page.GetByText("The channel is offline").WaitForAsync();
        await page.Page.EvaluateAsync("() => { window.__notReloaded = true; }");

        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await page.PlaysAsync();
        await page.AdvanceAsync(3);
        Assert.Equal(1, (await channel.ShowAsync()).Viewers);

        await publisher.StopAsync();
        await page.Page.GetByText("The broadcast has ended").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Watch the recording" }).WaitForAsync();

        await using var second = channel.Publish(await Sources.AudioAndVideo);
        await page.PlaysAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => window.__notReloaded"));
    }

    [Fact]
    public async Task WatchPage_PublisherCutOffAndBack_PlaysOn()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var first = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "240p", "audio");
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}"));
        await page.PlaysAsync();
        await page.AdvanceAsync(2);

        await first.KillAsync();
        await using var second = channel.Publish(await Sources.AudioAndVideo);

        await page.AdvanceAsync(8);
        Assert.Empty(page.Complaints);
    }
}
