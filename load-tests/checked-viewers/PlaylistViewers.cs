using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Streaming.Playlists;

namespace Streaming.CheckedViewers;

/// <summary>A checking viewer for each rendition of a broadcast.</summary>
internal sealed partial class PlaylistViewers(BroadcastChecker checker)
{
    // Faults that are told; the rest is counted.
    private const int ToldMax = 10;

    // A rendition that gives nothing but faults is given up.
    private const int FaultsInARowMax = 20;

    private readonly ConcurrentQueue<string> _told = new();
    private int _faults;

    public BroadcastChecker Checker => checker;

    public int Faults => _faults;

    public IEnumerable<string> Told => _told;

    /// <summary>A viewer for each rendition that the multivariant playlist names.</summary>
    public static async Task<PlaylistViewers> OfAsync(HttpClient http, Uri multivariant, Action<string> judge)
    {
        var text = await http.GetStringAsync(multivariant);
        judge(text);
        var names = Addresses().Matches(text).Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Value);
        return new(new BroadcastChecker(
            [.. names.Select(name => new PlaylistChecker(http, new Uri(multivariant, name).ToString()) { Judge = judge })]));
    }

    /// <summary>Watches until the time is up or the broadcast has ended.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(checker.Renditions.Select(rendition => WatchAsync(rendition, cancellationToken)));

    private async Task WatchAsync(PlaylistChecker rendition, CancellationToken cancellationToken)
    {
        var faultsInARow = 0;
        while (!cancellationToken.IsCancellationRequested && rendition.Current is not { IsEnded: true } && faultsInARow < FaultsInARowMax)
        {
            try
            {
                await checker.ReloadAsync(rendition, cancellationToken);
                faultsInARow = 0;
            }
            catch (Exception e) when (e is PlaylistFaultException or HttpRequestException)
            {
                faultsInARow++;
                if (Interlocked.Increment(ref _faults) <= ToldMax)
                {
                    _told.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {rendition.Address}: {e.Message}");
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Time is up.
            }
        }
    }

    [GeneratedRegex("""URI="([^"]+)"|^[^#\s].*$""", RegexOptions.Multiline)]
    private static partial Regex Addresses();
}
