using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Pictures;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>Viewers of a recording: hls.js and dash.js on its page.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class RecordingPageTests(Chromium chromium, TintedNode node) : IClassFixture<TintedNode>
{
    private const double BrightnessTolerance = 20;

    [Theory]
    [InlineData("hls")]
    [InlineData("dash")]
    public async Task Recording_Scrubbed_ShowsWhatWasPointedAtAndPlaysToItsEnd(string player)
    {
        await using var page = await chromium.OpenAsync(
            new Uri(node.Node.Address, $"{node.Recording.WatchUrl}?player={player}"));
        await page.PlaysAsync();
        Assert.Equal(player, await page.Page.EvaluateAsync<string>("() => window.__player.kind"));
        await page.PauseAsync();

        // 3.5 s of 8: the second of two gray segments.
        await page.PointAtAsync(3.5 / 8);
        Assert.Equal(3, await page.PreviewAsync());
        Assert.Equal(128, await page.BrightnessAsync(".scrub-preview img"), BrightnessTolerance);
        Assert.Equal("0:03", await page.Page.Locator(".scrub-preview strong").InnerTextAsync());

        await page.ClickAtAsync(6.5 / 8);
        await ShowsAsync(page, 76);
        await PlayAsync(page);
        await Eventually.GetAsync("it has played to its end", page.AtAsync, at => at == "ended");
        var bar = page.Page.GetByRole(AriaRole.Slider, new() { Name = "Position in the recording" });
        await Eventually.GetAsync("it says so", () => bar.GetAttributeAsync("aria-valuetext"), text => text == "0:08 of 0:08");

        await page.ClickAtAsync(4.5 / 8);
        await ShowsAsync(page, 255);
        await PlayAsync(page);
        await page.AdvanceAsync(1);

        // A machine that is too slow for a picture has none, and the page asks again.
        Assert.All(page.Complaints, complaint =>
        {
            Assert.Contains("/thumbnails/", complaint, StringComparison.Ordinal);
            Assert.Contains("503", complaint, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Player_ChangedWhilePaused_StaysWhereTheViewerIs()
    {
        await using var page = await chromium.OpenAsync(new Uri(node.Node.Address, node.Recording.WatchUrl));
        await page.PlaysAsync();
        await page.Page.Keyboard.PressAsync("k");
        await page.ClickAtAsync(4.5 / 8);
        await ShowsAsync(page, 255);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "DASH" }).ClickAsync();
        await Eventually.HoldsAsync("dash.js has taken over", () => page.Page.EvaluateAsync<bool>(
            "() => window.__player.kind === 'dash' && window.__player.video.readyState >= 2 && !window.__player.video.seeking"));

        await ShowsAsync(page, 255);
        Assert.Equal(4.5, await page.Page.EvaluateAsync<double>("() => window.__player.video.currentTime"), 0.1);
        Assert.True(await page.Page.EvaluateAsync<bool>("() => window.__player.video.paused"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Recording_IsFoundFromTheHomePage()
    {
        await using var page = await chromium.OpenAsync(node.Node.Address);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "1 recording" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "All recordings" }).ClickAsync();
        await Eventually.HoldsAsync("its picture is shown", () => page.Page.EvaluateAsync<bool>(
            "() => (document.querySelector('.card img')?.naturalWidth ?? 0) > 0"));
        await page.Page.Locator($"a[href='{node.Recording.WatchUrl}']").ClickAsync();
        await page.PlaysAsync();

        await page.Page.GotoAsync(new Uri(node.Node.Address, $"/recordings/{node.Channel.Slug}/none").ToString());
        await page.Page.GetByText("This recording is not there").WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    private static Task PlayAsync(WatchedPage page) =>
        page.Page.GetByRole(AriaRole.Button, new() { Name = "Play", Exact = true }).First.ClickAsync();

    private static Task<double> ShowsAsync(WatchedPage page, double brightness) => Eventually.GetAsync(
        $"the video has a brightness of {brightness}",
        () => page.BrightnessAsync("video"),
        shown => Math.Abs(shown - brightness) < BrightnessTolerance);
}
