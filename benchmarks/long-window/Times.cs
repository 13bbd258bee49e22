namespace Streaming.LongWindow;

/// <summary>Times of requests in milliseconds.</summary>
internal sealed class Times
{
    private readonly List<double> _all = [];

    public int Count => _all.Count;

    public void Add(TimeSpan time) => _all.Add(time.TotalMilliseconds);

    /// <summary>The time that this share of them did not exceed.</summary>
    public double Percentile(double share)
    {
        var sorted = _all.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public override string ToString() => $"{Percentile(0.5):F2} / {Percentile(0.99):F2}";
}
