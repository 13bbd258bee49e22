using System.Diagnostics.Metrics;

namespace Streaming.Pipeline.Storage;

/// <summary>How a storage of media does. See <see cref="MeasuredStorage"/>.</summary>
public sealed class StorageInstruments
{
    public const string MeterName = "Streaming.Storage";

    private readonly Meter _meter;
    private readonly Histogram<double> _writes;
    private readonly Counter<long> _written;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;

    public StorageInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _writes = _meter.CreateHistogram(
            "streaming.storage.write.duration", "s", "How long it takes to store an object, a segment of media most often.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
            });
        _written = _meter.CreateCounter<long>("streaming.storage.written", "By", "Bytes that were stored.");
        _failures = _meter.CreateCounter<long>("streaming.storage.failures", "{operation}", "Operations that failed, by kind.");
        _retries = _meter.CreateCounter<long>(
            "streaming.storage.retries", "{request}", "Requests to a bucket that were made again, by what the one before failed of.");
    }

    /// <summary>Lets it be looked at how much that storage holds, where that is counted. Once.</summary>
    internal void Observe(IMediaStorage storage)
    {
        if (storage.UsedBytes is not null)
        {
            _meter.CreateObservableUpDownCounter(
                "streaming.storage.used", () => storage.UsedBytes ?? 0, "By", "Bytes that are stored now.");
        }
    }

    internal void Wrote(TimeSpan duration, long bytes)
    {
        _writes.Record(duration.TotalSeconds);
        _written.Add(bytes);
    }

    internal void Retried(string reason) => _retries.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Failed(string operation) => _failures.Add(1, new KeyValuePair<string, object?>("operation", operation));
}
