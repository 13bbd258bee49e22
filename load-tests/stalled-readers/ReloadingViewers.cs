using System.Collections.Concurrent;
using System.Diagnostics;

namespace Streaming.StalledReaders;

/// <summary>Viewers who do nothing but reload: each asks for the part to come, and again as soon as it is there.</summary>
internal sealed class ReloadingViewers(HttpClient http, Uri playlist)
{
    private ConcurrentQueue<double> _timesMs = new();
    private int _failures;

    public async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => FollowAsync(cancellationToken)));
    }

    /// <summary>What was measured since the last time.</summary>
    public Times Take() => new(Interlocked.Exchange(ref _timesMs, new()), Interlocked.Exchange(ref _failures, 0));

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var query = "";
        while (!cancellationToken.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var text = await http.GetStringAsync(query.Length == 0 ? playlist : new Uri(playlist, query), cancellationToken);
                if (query.Length > 0)
                {
                    _timesMs.Enqueue(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                query = Channel.NextReload(text);
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException or OperationCanceledException)
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _failures);
                    query = "";
                }
            }
        }
    }
}

/// <summary>Times of reloads, from the request to the last byte.</summary>
internal sealed class Times(IEnumerable<double> timesMs, int failures)
{
    private readonly double[] _sorted = [.. timesMs.Order()];

    public double P99 => Percentile(0.99);

    public override string ToString() =>
        $"{_sorted.Length,6} reloads   p50 {Percentile(0.5):F0} ms   p99 {P99:F0} ms   longest {Percentile(1):F0} ms   {failures} failed";

    private double Percentile(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Length) - 1)];
}
