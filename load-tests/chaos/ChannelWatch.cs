using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Streaming.Playlists;

namespace Streaming.Chaos;

/// <summary>A channel with its broadcaster, and a checking viewer of each rendition through nodes that are not its origin.</summary>
internal sealed partial class ChannelWatch : IAsyncDisposable
{
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _closing = new();
    private readonly Nodes _nodes;
    private readonly RovingHandler _gateways;
    private Task _watching = Task.CompletedTask;
    private volatile Node? _origin;

    public ChannelWatch(string slug, Nodes nodes, Encoder encoder)
    {
        (Slug, _nodes, Encoder) = (slug, nodes, encoder);
        _gateways = new RovingHandler(nodes, () => _origin);
        Http = new HttpClient(_gateways) { BaseAddress = RovingHandler.Anywhere, Timeout = Timeout.InfiniteTimeSpan };
    }

    public string Slug { get; }

    public Encoder Encoder { get; }

    /// <summary>Asks a gateway, whichever can be had.</summary>
    public HttpClient Http { get; }

    public IReadOnlyList<RenditionWatch> Renditions { get; private set; } = [];

    /// <summary>The broadcast that is watched.</summary>
    public string BroadcastId { get; private set; } = "";

    /// <summary>Promises that were not kept, in sentences.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Broadcasts that ended while they should not have.</summary>
    public int Ends { get; private set; }

    /// <summary>Requests that were sent once more to another node.</summary>
    public int Moves => _gateways.Moves;

    /// <summary>Waits until all of these are there, and watches them from then on.</summary>
    public async Task OpenAsync(params string[] renditions)
    {
        _watching = Task.WhenAll(LookAsync(), WatchAsync(renditions));
        await Wait.UntilAsync($"{Slug} is live", OpeningTimeout, () => Renditions.Count == renditions.Length);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _watching;
        await Encoder.DisposeAsync();
        Http.Dispose();
        _closing.Dispose();
    }

    private async Task LookAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            _origin = await _nodes.OriginOfAsync(Slug);
            await Task.Delay(LookInterval, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One broadcast after another; there should be one.</summary>
    private async Task WatchAsync(string[] renditions)
    {
        BroadcastChecker? checker = null;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var text = await Http.GetStringAsync($"/live/{Slug}/index.m3u8", _closing.Token);
                var names = MediaPlaylists().Matches(text).Select(static match => match.Groups["rendition"].Value).Distinct().ToList();
                var id = MediaPlaylists().Match(text).Groups["broadcast"].Value;
                if (renditions.Except(names).Any())
                {
                    await Task.Delay(Pause, _closing.Token);
                    continue;
                }

                if (id == BroadcastId)
                {
                    // It was said to be gone, and is not.
                    await Task.Delay(Pause, _closing.Token);
                    await Task.WhenAll(Renditions.Select(watch => WatchAsync(watch, checker!)));
                    continue;
                }

                if (BroadcastId.Length > 0)
                {
                    Ends++;
                    Faults.Enqueue($"{DateTime.UtcNow:HH:mm:ss} broadcast {BroadcastId} ended, and {id} began");
                }

                BroadcastId = id;
                var watches = renditions.Select(name => new RenditionWatch(
                    name, new PlaylistChecker(Http, $"http://anywhere.invalid/live/{Slug}/{id}/{name}/index.m3u8"))).ToList();
                var broadcast = checker = new BroadcastChecker([.. watches.Select(static watch => watch.Checker)]);
                Renditions = watches;
                await Task.WhenAll(watches.Select(watch => WatchAsync(watch, broadcast)));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(Pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WatchAsync(RenditionWatch watch, BroadcastChecker broadcast)
    {
        while (!_closing.IsCancellationRequested && watch.Checker.Current is not { IsEnded: true })
        {
            var (reloads, unanswered) = (watch.Checker.Reloads, watch.Checker.Unanswered);
            try
            {
                await watch.ReloadAsync(broadcast, _closing.Token);
            }
            catch (Exception e) when (e is PlaylistFaultException or HttpRequestException)
            {
                Faults.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {Slug} {watch.Name}: {e.Message}");
                if (e is HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Gone })
                {
                    return; // The broadcast is none any more.
                }
            }
            catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
            {
                Faults.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {Slug} {watch.Name}: no node answered");
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (watch.Checker.Reloads == reloads || watch.Checker.Unanswered > unanswered)
            {
                await Task.Delay(Pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [GeneratedRegex("""(?<broadcast>[^/"\n]+)/(?<rendition>[a-z0-9]+)/index\.m3u8""")]
    private static partial Regex MediaPlaylists();
}
