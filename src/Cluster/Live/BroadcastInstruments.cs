using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Live;

/// <summary>
/// What broadcasts lose, counted, and how full their queues are, looked at when somebody asks. Of queues the fullest of the node is told:
/// a sum would hide the one that is in trouble, and a series for each channel would outlive it.
/// </summary>
public sealed class BroadcastInstruments
{
    public const string MeterName = "Streaming.Broadcast";

    private readonly Meter _meter;
    private readonly Counter<long> _began;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _unstored;

    public BroadcastInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _began = _meter.CreateCounter<long>("streaming.broadcast.began", "{broadcast}", "Broadcasts that began.");
        _faults = _meter.CreateCounter<long>(
            "streaming.broadcast.faults", "{fault}", "Faults of the node's own in broadcasts, by branch; those of the source end a publication.");
        _unstored = _meter.CreateCounter<long>(
            "streaming.broadcast.unstored", "{segment}", "Segments that storage did not get, by reason: gaps in recordings.");
    }

    /// <summary>Lets it be looked at what these channels are doing. Once.</summary>
    public void Observe(Func<IEnumerable<LiveChannel>> channels)
    {
        _meter.CreateObservableUpDownCounter(
            "streaming.broadcast.active", () => channels().Count(static channel => channel.Status.Broadcast is not null),
            "{broadcast}", "Broadcasts under way, those included that wait for their publisher.");
        _meter.CreateObservableUpDownCounter(
            "streaming.broadcast.publishers", () => channels().Count(static channel => channel.Status.Ingest?.IsConnected == true),
            "{publisher}", "Publishers that send.");
        _meter.CreateObservableGauge(
            "streaming.broadcast.mailbox.fullest", () => channels().Select(static channel => channel.MailCount).DefaultIfEmpty().Max(),
            "{item}", "Tags and parts in the fullest mailbox of a channel; at 256 its publisher waits.");
        _meter.CreateObservableGauge(
            "streaming.broadcast.archive.fullest",
            () => channels().Select(static channel => channel.Status.Broadcast?.Unarchived ?? 0).DefaultIfEmpty().Max(),
            "{segment}", "Segments in the fullest queue before storage; what comes at 128 is not stored.");
    }

    internal void Began() => _began.Add(1);

    internal void Failed(string branch) => _faults.Add(1, new KeyValuePair<string, object?>("branch", branch));

    internal void Unstored(string reason) => _unstored.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
