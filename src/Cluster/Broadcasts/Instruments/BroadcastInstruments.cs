using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Broadcasts.Instruments;

/// <summary>
/// What broadcasts lose, counted, and how full their queues are, looked at when somebody asks. Of queues the fullest of the node is told:
/// a sum would hide the one that is in trouble, and a series for each channel would outlive it.
/// </summary>
public sealed class BroadcastInstruments
{
    public const string MeterName = "Streaming.Broadcast";

    private readonly Meter _meter;
    private readonly Counter<long> _began;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _letGo;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _unstored;
    private readonly Counter<long> _announced;

    public BroadcastInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _began = _meter.CreateCounter<long>("streaming.broadcast.began", "{broadcast}", "Broadcasts that began.");
        _resumed = _meter.CreateCounter<long>(
            "streaming.broadcast.resumed", "{broadcast}", "Broadcasts of other nodes that this one went on with.");
        _letGo = _meter.CreateCounter<long>(
            "streaming.broadcast.let_go", "{broadcast}", "Broadcasts of this node that another one is to go on with.");
        _faults = _meter.CreateCounter<long>(
            "streaming.broadcast.faults", "{fault}", "Faults of the node's own in broadcasts, by branch; those of the source end a publication.");
        _unstored = _meter.CreateCounter<long>(
            "streaming.broadcast.unstored", "{segment}", "Segments that storage did not get, by reason: gaps in recordings.");
        _announced = _meter.CreateCounter<long>(
            "streaming.broadcast.announced", "{snapshot}",
            "Snapshots that waited for a standby, by outcome: it had them in time, or they were shown to readers before.");
    }

    /// <summary>Lets it be looked at what broadcasts are doing. Once.</summary>
    /// <param name="active">Broadcasts under way.</param>
    /// <param name="publishers">Publishers that send.</param>
    /// <param name="waiting">Publishers of whom a tag waits.</param>
    /// <param name="unarchived">Segments that wait for storage, of the broadcast that has most of them.</param>
    public void Observe(Func<int> active, Func<int> publishers, Func<int> waiting, Func<int> unarchived)
    {
        _meter.CreateObservableUpDownCounter(
            "streaming.broadcast.active", active, "{broadcast}", "Broadcasts under way, those included that wait for their publisher.");
        _meter.CreateObservableUpDownCounter("streaming.broadcast.publishers", publishers, "{publisher}", "Publishers that send.");
        _meter.CreateObservableUpDownCounter(
            "streaming.broadcast.publishers_waiting", waiting, "{publisher}",
            "Publishers of whom a tag waits until the one before has been dealt with: their sockets are not read.");
        _meter.CreateObservableGauge(
            "streaming.broadcast.archive.fullest", unarchived, "{segment}",
            "Segments in the fullest queue before storage; what comes at 128, or at 64 MiB, is not stored.");
    }

    internal void Began() => _began.Add(1);

    internal void Announced(string outcome) => _announced.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Resumed() => _resumed.Add(1);

    internal void LetGo() => _letGo.Add(1);

    internal void Failed(string branch) => _faults.Add(1, new KeyValuePair<string, object?>("branch", branch));

    internal void Unstored(string reason) => _unstored.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
