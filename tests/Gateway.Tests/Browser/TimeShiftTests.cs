using System.Globalization;
using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Pictures;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>Viewers who go back in a live broadcast, and forward again: hls.js and dash.js on the watch page.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class TimeShiftTests(Chromium chromium, TintedBroadcast live) : IClassFixture<TintedBroadcast>
{
    // The tints are further apart than this, encoder and screen included.
    private const double BrightnessTolerance = 20;

    // What a viewer who joins is behind the place where viewers join, once the player has settled.
    private const double AtEdgeSeconds = 0.75;

    [Theory]
    [InlineData("hls")]
    [InlineData("dash")]
    public async Task Viewer_GoesBackAndLiveAgain_SeesWhatWasPointedAtAndThenTheEdge(string player)
    {
        await using var page = await chromium.OpenAsync(
            new Uri(live.Node.Address, $"/watch/{live.Channel.Slug}?player={player}"));
        await page.PlaysAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "You are watching live" }).WaitForAsync();
        await page.AdvanceAsync(1);

        // A picture that stands still can be compared.
        await page.Page.Keyboard.PressAsync("k");
        await page.PointAtAsync(0.3);
        var pointed = await page.PreviewAsync();
        await AssertShowsAsync(page, ".scrub-preview img", pointed);
        await page.ClickAtAsync(0.3);
        var shown = await ShownAsync(page);
        Assert.InRange(shown, pointed - 1, pointed + 1);
        await AssertShowsAsync(page, "video", shown);

        // It goes on from there, and is not taken back.
        await page.Page.Keyboard.PressAsync("k");
        var behind = await BehindAsync(page);
        await page.AdvanceAsync(2);
        Assert.InRange(await BehindAsync(page), Math.Max(5, behind - 0.5), double.MaxValue);
        Assert.Equal(1, await page.Page.EvaluateAsync<double>("() => window.__player.video.playbackRate"));

        await page.PointAtAsync(0.5);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Go to the live broadcast" }).ClickAsync();
        await AssertAtEdgeAsync(page);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task ScrubBar_Keys_GoBackAndForth()
    {
        await using var page = await chromium.OpenAsync(new Uri(live.Node.Address, $"/watch/{live.Channel.Slug}"), 360, 740);
        await page.PlaysAsync();
        await page.AdvanceAsync(1);
        var bar = page.Page.GetByRole(AriaRole.Slider, new() { Name = "Position in the broadcast" });
        Assert.Equal("Live", await bar.GetAttributeAsync("aria-valuetext"));

        await bar.PressAsync("ArrowLeft");
        await Eventually.GetAsync("it is 10 s back", () => BehindAsync(page), behind => behind is > 8 and < 13);
        Assert.Matches("^0:[01][0-9] behind live, ", await bar.GetAttributeAsync("aria-valuetext"));
        await bar.PressAsync("Home");
        await Eventually.GetAsync(
            "it is at the beginning of the window",
            () => page.Page.EvaluateAsync<string>(
                "() => { const { video, range } = window.__player; "
                    + "return video.seeking ? 'seeking' : (video.currentTime - range().start).toFixed(2); }"),
            place => double.TryParse(place, CultureInfo.InvariantCulture, out var seconds) && seconds < 3);
        await bar.PressAsync("End");
        await AssertAtEdgeAsync(page);
        Assert.Equal(0, await page.OverflowAsync());
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task MediaKeys_PauseAndPlay_GoOnWhereTheViewerWas()
    {
        await using var page = await chromium.OpenAsync(new Uri(live.Node.Address, $"/watch/{live.Channel.Slug}"));

        // A browser without a desktop has no such keys: what they would call is called.
        await page.Page.AddInitScriptAsync(
            """
            const set = MediaSession.prototype.setActionHandler;
            window.__keys = {};
            MediaSession.prototype.setActionHandler = function (action, handler) {
              window.__keys[action] = handler;
              set.call(this, action, handler);
            };
            """);
        await page.Page.ReloadAsync();
        await page.PlaysAsync();
        await page.AdvanceAsync(1);

        await page.Page.EvaluateAsync("() => window.__keys.pause({ action: 'pause' })");
        await Eventually.HoldsAsync("the live edge has gone on", async () => await BehindAsync(page) > 5);
        await page.Page.EvaluateAsync("() => window.__keys.play({ action: 'play' })");
        await page.AdvanceAsync(2);
        Assert.InRange(await BehindAsync(page), 4, double.MaxValue);

        await page.Page.EvaluateAsync("() => window.__keys.seekforward({ action: 'seekforward' })");
        await AssertAtEdgeAsync(page);
        Assert.NotEmpty(await page.Page.EvaluateAsync<string>("() => navigator.mediaSession.metadata.title"));
        Assert.Empty(page.Complaints);
    }

    private static Task<double> BehindAsync(WatchedPage page) =>
        page.Page.EvaluateAsync<double>("() => window.__player.range().end - window.__player.video.currentTime");

    private static async Task AssertAtEdgeAsync(WatchedPage page)
    {
        await Eventually.GetAsync(
            "it is at the live edge", () => BehindAsync(page), behind => Math.Abs(behind) < AtEdgeSeconds);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "You are watching live" }).WaitForAsync();
        await page.AdvanceAsync(1);
        await Eventually.GetAsync(
            "it stays there", () => BehindAsync(page), behind => Math.Abs(behind) < AtEdgeSeconds);
    }

    /// <summary>Media sequence number of the segment that the video stands in.</summary>
    private async Task<long> ShownAsync(WatchedPage page)
    {
        await Eventually.HoldsAsync("it has gone there", () => page.Page.EvaluateAsync<bool>(
            "() => !window.__player.video.seeking && window.__player.video.readyState >= 2"));
        var date = DateTimeOffset.FromUnixTimeMilliseconds((long)await page.Page.EvaluateAsync<double>("() => window.__player.date()"));
        var broadcast = live.Node.Broadcast(live.Channel.Slug);
        return broadcast.Snapshot!.Find("240p")!.Segments
            .Last(segment => segment.Boundary.ProgramDateTime <= date).Boundary.MediaSequence;
    }

    /// <summary>What is shown has the colour of that segment, or of one beside it where it may be a picture off.</summary>
    private async Task AssertShowsAsync(WatchedPage page, string selector, long mediaSequence)
    {
        var expected = new List<double>();
        foreach (var sequence in (long[])[mediaSequence, mediaSequence + 1])
        {
            var picture = await live.Node.Viewer.GetByteArrayAsync(
                $"/live/{live.Channel.Slug}/{live.BroadcastId}/thumbnails/{sequence}.jpg");
            expected.Add((await PictureProbe.OfAsync(picture)).Brightness);
        }

        await Eventually.GetAsync(
            $"{selector} has a brightness of {string.Join(" or ", expected)}",
            () => page.BrightnessAsync(selector),
            brightness => expected.Exists(wanted => Math.Abs(brightness - wanted) < BrightnessTolerance));
    }
}
