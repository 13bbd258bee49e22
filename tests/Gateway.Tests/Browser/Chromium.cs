using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>The system's Chromium, headless, and a collection whose tests have the machine to themselves.</summary>
[CollectionDefinition(nameof(Chromium), DisableParallelization = true)]
public sealed class Chromium : IAsyncLifetime, ICollectionFixture<Chromium>
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens a page in a profile of its own.</summary>
    internal async Task<WatchedPage> OpenAsync(Uri address, int width = 1280, int height = 800)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        context.SetDefaultTimeout((float)(Eventually.Patience * 2 * Eventually.Slowness).TotalMilliseconds);
        var page = await context.NewPageAsync();
        var watched = new WatchedPage(page);
        await page.GotoAsync(address.ToString());
        return watched;
    }
}
