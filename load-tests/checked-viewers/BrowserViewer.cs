using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Streaming.CheckedViewers;

/// <summary>A viewer in Chromium on the watch page, with everything that goes wrong there.</summary>
internal sealed class BrowserViewer : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    ];

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private BrowserViewer(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, _page) = (playwright, browser, page);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Enqueue($"{message.Text} ({message.Location})");
            }
        };
    }

    /// <summary>Opens the page and waits until it plays.</summary>
    public static async Task<BrowserViewer> OpenAsync(Uri address)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Arguments });
        var viewer = new BrowserViewer(playwright, browser, await browser.NewPageAsync());
        await viewer._page.GotoAsync(address.ToString());
        await viewer._page.WaitForFunctionAsync("() => (window.__player?.video.currentTime ?? 0) > 0");
        return viewer;
    }

    /// <summary>What the player and the page say of the time so far.</summary>
    public async Task<WatchReport> ReportAsync() =>
        await _page.EvaluateAsync<WatchReport>(
            """
            () => {
              const { video, stalls, pastStalls, errors } = window.__player;
              const told = ({ at, seconds }) => `${new Date(at).toTimeString().slice(0, 8)} for ${seconds.toFixed(1)} s`;
              return { seconds: video.currentTime, stalls, pastStalls: pastStalls.map(told), errors: [...errors] };
            }
            """)
        with
        { Complaints = [.. _complaints] };

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
