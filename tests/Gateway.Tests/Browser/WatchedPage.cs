using System.Collections.Concurrent;
using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A page, and everything that goes wrong in it.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    // Compares the video's clock with the wall's, every 100 ms, and keeps the longest time that it stood still.
    private const string Meter =
        """
        () => {
          const meter = { longest: 0, since: performance.now(), at: -1 };
          window.__meter = meter;
          setInterval(() => {
            const { video } = window.__player;
            const now = performance.now();
            if (video.currentTime !== meter.at) { meter.at = video.currentTime; meter.since = now; }
            meter.longest = Math.max(meter.longest, now - meter.since);
          }, 100);
        }
        """;

    private readonly ConcurrentQueue<string> _complaints = new();

    public WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Enqueue($"{message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>Errors on the console and exceptions that nobody caught.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Waits until the player shows moving pictures.</summary>
    public Task PlaysAsync() => Eventually.HoldsAsync(
        "the video plays",
        () => Page.EvaluateAsync<bool>(
            "() => { const video = window.__player?.video; "
                + "return (video?.currentTime ?? 0) > 0 && !video.paused && video.readyState >= 3; }"),
        TimeSpan.FromSeconds(40));

    /// <summary>Begins to measure how long the video stands still.</summary>
    public Task BeginMeterAsync() => Page.EvaluateAsync(Meter);

    /// <summary>The longest time that the video stood still since then.</summary>
    public async Task<TimeSpan> LongestStillAsync() =>
        TimeSpan.FromMilliseconds(await Page.EvaluateAsync<double>("() => window.__meter.longest"));

    /// <summary>Chooses a rendition by hand and waits until it is what is shown.</summary>
    public async Task SelectAsync(string rendition)
    {
        await Page.EvaluateAsync("name => window.__player.select(name)", rendition);
        await Eventually.GetAsync(
            $"{rendition} is shown",
            () => Page.EvaluateAsync<string?>("() => window.__player.current()"),
            shown => shown == rendition,
            TimeSpan.FromSeconds(20));
    }

    /// <summary>Where the video is, and what keeps it there; <c>ended</c> at its end.</summary>
    public Task<string> AtAsync() => Page.EvaluateAsync<string>(
        """
        () => {
          const { video } = window.__player;
          const ranges = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
          return video.ended ? 'ended' : `at ${video.currentTime} of ${video.duration}, buffered ${JSON.stringify(ranges)}`
            + `${video.paused ? ', paused' : ''}${video.seeking ? ', seeking' : ''}, ready ${video.readyState}`;
        }
        """);

    /// <summary>Halts the video, so that a slow machine does not come to its end meanwhile.</summary>
    public Task PauseAsync() => Page.EvaluateAsync("() => window.__player.video.pause()");

    /// <summary>Waits until the video's clock is this much further.</summary>
    public async Task AdvanceAsync(double seconds)
    {
        var start = (await StateAsync()).Time;
        await Eventually.GetAsync(
            $"the video is {seconds} s further than {start}",
            StateAsync,
            state => state.Time >= start + seconds,
            TimeSpan.FromSeconds(2 * seconds + 10));
    }

    /// <summary>Mean brightness of a picture or of what a video shows, 0–255; -1 while there is nothing to see.</summary>
    public Task<double> BrightnessAsync(string selector) => Page.EvaluateAsync<double>(
        """
        (selector) => {
          const shown = document.querySelector(selector);
          if (!shown || !(shown.naturalWidth || shown.readyState >= 2)) return -1;
          const canvas = new OffscreenCanvas(16, 16).getContext('2d');
          canvas.drawImage(shown, 0, 0, 16, 16);
          const { data } = canvas.getImageData(0, 0, 16, 16);
          let sum = 0;
          for (let i = 0; i < data.length; i += 4) sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
          return sum / (data.length / 4);
        }
        """,
        selector);

    /// <summary>Begins to listen to the video.</summary>
    public Task BeginHearingAsync() => Page.EvaluateAsync(
        """
        async () => {
          const context = new AudioContext();
          await context.resume();
          const analyser = new AnalyserNode(context, { fftSize: 8192 });
          context.createMediaElementSource(window.__player.video).connect(analyser).connect(context.destination);
          window.__hearing = analyser;
        }
        """);

    /// <summary>Root mean square of what is heard, 0–1.</summary>
    public Task<double> LoudnessAsync() => Page.EvaluateAsync<double>(
        """
        () => {
          const samples = new Float32Array(window.__hearing.fftSize);
          window.__hearing.getFloatTimeDomainData(samples);
          return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
        }
        """);

    /// <summary>Rests the mouse on the scrub bar, at that fraction of it.</summary>
    public async Task PointAtAsync(double fraction)
    {
        var bar = (await Page.GetByRole(AriaRole.Slider, new() { Name = "Position" }).BoundingBoxAsync())!;
        await Page.Mouse.MoveAsync((float)(bar.X + (bar.Width * fraction)), bar.Y + (bar.Height / 2));
    }

    /// <summary>Clicks there.</summary>
    public async Task ClickAtAsync(double fraction)
    {
        await PointAtAsync(fraction);
        await Page.Mouse.DownAsync();
        await Page.Mouse.UpAsync();
    }

    /// <summary>Media sequence number of the picture that is shown over the scrub bar, once one has been loaded.</summary>
    public async Task<long> PreviewAsync()
    {
        var preview = Page.Locator(".scrub-preview img:not(.is-old)");
        await preview.WaitForAsync();
        var address = await preview.GetAttributeAsync("src");
        return long.Parse(Path.GetFileNameWithoutExtension(address!), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Pixels of the page that stick out to the right.</summary>
    public Task<int> OverflowAsync() =>
        Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    private Task<PlayerState> StateAsync() => Page.EvaluateAsync<PlayerState>(
        """
        () => {
          const { video, stalls, current } = window.__player;
          const ranges = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
          return {
            time: video.currentTime, ready: video.readyState, isPaused: video.paused, stalls,
            shown: current(), buffered: JSON.stringify(ranges),
          };
        }
        """);

    private sealed record PlayerState
    {
        public double Time { get; init; }

        public int Ready { get; init; }

        public bool IsPaused { get; init; }

        public int Stalls { get; init; }

        public string? Shown { get; init; }

        public string? Buffered { get; init; }
    }
}
