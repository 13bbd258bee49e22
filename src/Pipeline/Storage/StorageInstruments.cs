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
    private readonly Counter<long> _replaced;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _cacheRequests;
    private readonly Counter<long> _cacheFetched;
    private readonly Counter<long> _cacheEvictions;
    private readonly Counter<long> _cacheFailures;
    private Func<long>? _cacheBytes;
    private readonly Counter<long> _spilled;
    private Func<(int Objects, long Bytes, TimeSpan Age)>? _waiting;

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
        _replaced = _meter.CreateCounter<long>(
            "streaming.storage.replaced", "{object}", "Objects of a bucket that took the place of one of a lower epoch.");
        _conflicts = _meter.CreateCounter<long>(
            "streaming.storage.conflicts", "{object}",
            "Objects that a bucket does not take since it has other bytes under their name, by the epoch of those.");
        _cacheRequests = _meter.CreateCounter<long>(
            "streaming.storage.cache.requests", "{request}", "Objects of a bucket that were wanted, by how the cache had them.");
        _cacheFetched = _meter.CreateCounter<long>(
            "streaming.storage.cache.fetched", "By", "Bytes that were fetched from a bucket into the cache.");
        _cacheEvictions = _meter.CreateCounter<long>(
            "streaming.storage.cache.evictions", "{object}", "Objects that left the cache to make room.");
        _cacheFailures = _meter.CreateCounter<long>(
            "streaming.storage.cache.failures", "{failure}", "Failures of the cache's disk.");
        _meter.CreateObservableUpDownCounter(
            "streaming.storage.cache.used", ReadCache, "By", "Bytes that the cache takes on the local disk now.");
        _spilled = _meter.CreateCounter<long>(
            "streaming.storage.spill.objects", "{object}",
            "Objects that the bucket did not take in time and that went to the disk instead, by why.");
        _meter.CreateObservableUpDownCounter(
            "streaming.storage.spill.waiting", () => _waiting?.Invoke().Objects ?? 0, "{object}",
            "Objects that wait on disk for the bucket.");
        _meter.CreateObservableUpDownCounter(
            "streaming.storage.spill.used", () => _waiting?.Invoke().Bytes ?? 0, "By", "Bytes on disk of what waits for the bucket.");
        _meter.CreateObservableGauge(
            "streaming.storage.spill.age", () => _waiting?.Invoke().Age.TotalSeconds ?? 0, "s",
            "How long the object that has waited longest on disk for the bucket has.");
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

    /// <summary>Lets it be looked at how much a cache holds. Once.</summary>
    internal void ObserveCache(Func<long> bytes) => _cacheBytes = bytes;

    /// <summary>An object was wanted: <c>hit</c>, <c>miss</c>, <c>joined</c> a fetch, <c>bypassed</c> the cache.</summary>
    internal void CacheAsked(string outcome) => _cacheRequests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void CacheFetched(long bytes) => _cacheFetched.Add(bytes);

    internal void CacheEvicted() => _cacheEvictions.Add(1);

    internal void CacheFailed() => _cacheFailures.Add(1);

    /// <summary>Lets it be looked at what waits on disk for a bucket. Once.</summary>
    internal void ObserveSpill(Func<(int Objects, long Bytes, TimeSpan Age)> waiting) => _waiting = waiting;

    internal void Spilled(string reason) => _spilled.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Wrote(TimeSpan duration, long bytes)
    {
        _writes.Record(duration.TotalSeconds);
        _written.Add(bytes);
    }

    internal void Retried(string reason) => _retries.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>An object of a lower epoch made way for one.</summary>
    internal void Replaced() => _replaced.Add(1);

    internal void Conflicted(StorageConflictException conflict) =>
        _conflicts.Add(1, new KeyValuePair<string, object?>("there", conflict.IsOvertaken ? "higher_epoch" : "same_epoch"));

    internal void Failed(string operation) => _failures.Add(1, new KeyValuePair<string, object?>("operation", operation));

    private IEnumerable<Measurement<long>> ReadCache() => _cacheBytes is { } bytes ? [new(bytes())] : [];
}
