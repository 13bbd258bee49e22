using System.Collections.Concurrent;

namespace Streaming.Viewers;

/// <summary>What all viewers saw: times, bytes, errors, and promises that were broken.</summary>
internal sealed class Measurements
{
    /// <summary>Examples printed of each kind; the rest is counted.</summary>
    private const int ExamplesMax = 20;

    private readonly ConcurrentQueue<double> _playlistMs = new();
    private readonly ConcurrentQueue<double> _segmentMs = new();
    private readonly ConcurrentQueue<string> _examples = new();
    private long _bytes;
    private int _errors;
    private int _brokenPromises;
    private int _gaps;

    /// <summary>Media was watched, nothing failed, and every promise was kept.</summary>
    public bool IsGood => _errors == 0 && _brokenPromises == 0 && !_segmentMs.IsEmpty;

    public void AddPlaylist(TimeSpan time) => _playlistMs.Enqueue(time.TotalMilliseconds);

    public void AddSegment(TimeSpan time, long bytes)
    {
        _segmentMs.Enqueue(time.TotalMilliseconds);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void AddGap() => Interlocked.Increment(ref _gaps);

    public void AddError(string what)
    {
        Interlocked.Increment(ref _errors);
        AddExample("error: " + what);
    }

    public void AddBrokenPromise(string what)
    {
        Interlocked.Increment(ref _brokenPromises);
        AddExample("broken promise: " + what);
    }

    public void Print(TextWriter output, TimeSpan elapsed)
    {
        foreach (var example in _examples)
        {
            output.WriteLine(example);
        }

        PrintTimes(output, "playlists", _playlistMs);
        PrintTimes(output, "segments", _segmentMs);
        output.WriteLine(
            $"{_bytes * 8 / elapsed.TotalSeconds / 1e6:F1} Mbit/s, {_gaps} gaps, {_errors} errors, " +
            $"{_brokenPromises} broken promises");
    }

    private void AddExample(string line)
    {
        if (_examples.Count < ExamplesMax)
        {
            _examples.Enqueue(line);
        }
    }

    private static void PrintTimes(TextWriter output, string name, IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        double Percentile(double share) =>
            sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

        output.WriteLine(
            $"{name,-9} {sorted.Length,8}   p50 {Percentile(0.50):F1} ms   p95 {Percentile(0.95):F1} ms   " +
            $"p99 {Percentile(0.99):F1} ms");
    }
}
