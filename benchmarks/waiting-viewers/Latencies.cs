namespace Streaming.WaitingViewers;

/// <summary>Times that were measured, in ms.</summary>
internal sealed class Latencies
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public void Add(double ms) => _values.Add(ms);

    public override string ToString()
    {
        _values.Sort();
        return $"p50 {At(0.5):F1} ms, p99 {At(0.99):F1} ms, longest {At(1):F1} ms of {_values.Count}";
    }

    private double At(double quantile) =>
        _values.Count == 0 ? double.NaN : _values[(int)Math.Ceiling(quantile * _values.Count) - 1];
}
