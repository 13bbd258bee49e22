using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Workers;

/// <summary>Runs that go to workers on other nodes: counted at both ends.</summary>
public sealed class WorkerInstruments
{
    public const string MeterName = "Streaming.Workers";

    private readonly UpDownCounter<int> _placed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _lost;
    private readonly UpDownCounter<int> _hosted;
    private readonly Counter<long> _stalled;

    public WorkerInstruments(IMeterFactory meters, WorkerDirectory workers)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableUpDownCounter("streaming.workers.known", () => workers.All.Count, "{node}", "Other nodes that work on runs.");
        _placed = meter.CreateUpDownCounter<int>(
            "streaming.workers.placed", "{run}", "Runs of this node's broadcasts that workers on other nodes have.");
        _refused = meter.CreateCounter<long>(
            "streaming.workers.refused", "{run}", "Times that a worker did not take a run of this node: another is asked.");
        _lost = meter.CreateCounter<long>("streaming.workers.lost", "{run}", "Runs whose worker was lost, by how.");
        _hosted = meter.CreateUpDownCounter<int>("streaming.workers.hosted", "{run}", "Runs of other nodes' broadcasts that this node has.");
        _stalled = meter.CreateCounter<long>(
            "streaming.workers.stalled", "{run}", "Runs of other nodes that were given up, since their origin took nothing for 5 s.");
    }

    /// <summary>A run of another node has begun here; it has ended when what this returns is disposed of.</summary>
    public Span Hosts() => new(_hosted);

    /// <summary>The origin of a run took nothing.</summary>
    public void Stalled() => _stalled.Add(1);

    internal Span Places() => new(_placed);

    internal void Refused() => _refused.Add(1);

    internal void Lost(bool isFrozen) => _lost.Add(1, new KeyValuePair<string, object?>("how", isFrozen ? "frozen" : "gone"));

    /// <summary>Something that is under way.</summary>
    public readonly struct Span : IDisposable
    {
        private readonly UpDownCounter<int> _count;

        internal Span(UpDownCounter<int> count)
        {
            _count = count;
            _count.Add(1);
        }

        public void Dispose() => _count.Add(-1);
    }
}
