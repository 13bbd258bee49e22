using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Edge;

/// <summary>What nodes fetch of each other's stored segments: counted at both ends.</summary>
public sealed class FetchInstruments
{
    public const string MeterName = "Streaming.Fetch";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _fetches;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _evicted;
    private readonly UpDownCounter<long> _memory;

    public FetchInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>(
            "streaming.fetch.requests", "{request}", "Requests for segments that only their origin has, by what was found in memory.");
        _fetches = meter.CreateCounter<long>("streaming.fetch.fetches", "{fetch}", "Segments that were asked of their origin, by outcome.");
        _received = meter.CreateCounter<long>("streaming.fetch.received", "By", "Bytes of segments that were fetched.");
        _sent = meter.CreateCounter<long>("streaming.fetch.sent", "By", "Bytes of segments that went to nodes that fetched them.");
        _evicted = meter.CreateCounter<long>("streaming.fetch.evicted", "{segment}", "Fetched segments that made room in memory for others.");
        _memory = meter.CreateUpDownCounter<long>(
            "streaming.fetch.memory", "By", "Bytes of fetched segments in memory, those included that are on their way.");
    }

    /// <summary>Bytes of a segment went to who fetches it.</summary>
    public void Sent(int bytes) => _sent.Add(bytes);

    /// <summary>A segment was asked for.</summary>
    /// <param name="found"><c>hit</c>, <c>joined</c>, <c>miss</c> or <c>refused</c>.</param>
    internal void Asked(string found) => _requests.Add(1, new KeyValuePair<string, object?>("found", found));

    /// <summary>A fetch is over.</summary>
    /// <param name="outcome"><c>fetched</c>, <c>missing</c> or <c>failed</c>.</param>
    internal void Fetched(string outcome) => _fetches.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Received(long bytes) => _received.Add(bytes);

    internal void Evicted() => _evicted.Add(1);

    /// <summary>Memory has so many bytes more, or less.</summary>
    internal void Holds(long bytes) => _memory.Add(bytes);
}
