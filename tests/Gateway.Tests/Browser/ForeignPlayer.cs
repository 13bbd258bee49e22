using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A player that is none of ours, on an empty page: shaka-player, or video.js with its own HLS engine.</summary>
internal sealed class ForeignPlayer : IAsyncDisposable
{
    private static readonly string Tool = Path.Combine(Repository.Root, "tests", "tools", "players");

    private const string Shaka = "shaka-player/dist/shaka-player.compiled.js";

    private readonly WatchedPage _watched;

    private ForeignPlayer(WatchedPage watched) => _watched = watched;

    /// <summary>Opens a player and has it play an HLS address of the node.</summary>
    public static async Task<ForeignPlayer> PlayAsync(Chromium chromium, Node node, string player, string address)
    {
        if (!Directory.Exists(Path.Combine(Tool, "node_modules")))
        {
            await TestMedia.RunAsync("npm", ["--prefix", Tool, "ci", "--no-audit", "--no-fund"]);
        }

        // Any address of the node: what is there makes way for the player.
        var watched = await chromium.OpenAsync(new Uri(node.Address, "/time"));
        await watched.Page.SetContentAsync("<video id='video' class='video-js' muted autoplay width='640' height='360'></video>");
        var (script, start) = player switch
        {
            "shaka" => (Shaka, StartShaka("{ streaming: { lowLatencyMode: true } }")),
            "shaka, whole segments" => (Shaka, StartShaka("{ streaming: { lowLatencyMode: false } }")),
            "video.js" => ("video.js/dist/video.min.js", StartVideoJs),
            _ => throw new ArgumentException(player, nameof(player)),
        };
        await watched.Page.AddScriptTagAsync(new() { Path = Path.Combine(Tool, "node_modules", script) });
        await watched.Page.EvaluateAsync(start, new Uri(node.Address, address).AbsoluteUri);
        return new(watched);
    }

    /// <summary>Waits until the video's clock is this much further than now.</summary>
    public async Task AdvanceAsync(double seconds)
    {
        var start = (await StateAsync()).Time;
        await Eventually.GetAsync(
            $"the video is {seconds} s further than {start}",
            StateAsync,
            state => state.Time >= start + seconds,
            TimeSpan.FromSeconds(seconds) + Eventually.Patience);
    }

    /// <summary>Where the video's clock is.</summary>
    public async Task<double> TimeAsync() => (await StateAsync()).Time;

    /// <summary>Goes to another place, and waits until the video plays on from there.</summary>
    public async Task SeekAsync(double time)
    {
        await Page.EvaluateAsync("time => { document.querySelector('video').currentTime = time; }", time);
        await Eventually.GetAsync("it plays on from there", StateAsync, state => !state.IsSeeking && state.Time > time + 0.5);
    }

    public ValueTask DisposeAsync() => _watched.DisposeAsync();

    private IPage Page => _watched.Page;

    private const string StartVideoJs =
        """
        (address) => {
          window.errors = [];
          const player = videojs('video', { html5: { vhs: { llhls: true, overrideNative: true } } });
          player.on('error', () => window.errors.push(player.error().message));
          player.src({ src: address, type: 'application/x-mpegURL' });
        }
        """;

    private static string StartShaka(string configuration) =>
        $$"""
        async (address) => {
          window.errors = [];
          const player = new shaka.Player();
          await player.attach(document.querySelector('video'));
          player.configure({{configuration}});
          player.addEventListener('error', ({ detail }) => window.errors.push(`${detail.code} ${detail.data}`.slice(0, 200)));
          await player.load(address);
        }
        """;

    private Task<PlayerState> StateAsync() => Page.EvaluateAsync<PlayerState>(
        """
        () => {
          const video = document.querySelector('video');
          const ranges = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
          return {
            time: video.currentTime, ready: video.readyState, isSeeking: video.seeking,
            buffered: JSON.stringify(ranges), errors: window.errors.join(', '),
          };
        }
        """);

    private sealed record PlayerState
    {
        public double Time { get; init; }

        public int Ready { get; init; }

        public bool IsSeeking { get; init; }

        public string? Buffered { get; init; }

        public string? Errors { get; init; }
    }
}
