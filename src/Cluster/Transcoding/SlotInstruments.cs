using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Transcoding;

/// <summary>Slots for runs of the transcoder: how many there are and are taken, and what becomes of runs that get none.</summary>
public sealed class SlotInstruments
{
    public const string MeterName = "Streaming.Slots";

    private readonly Counter<long> _refused;
    private readonly Counter<long> _unanswered;
    private readonly UpDownCounter<long> _overdue;

    public SlotInstruments(IMeterFactory meters, RunSlots slots)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableUpDownCounter("streaming.slots.limit", () => slots.Count, "{slot}", "Slots for runs that this node has.");
        meter.CreateObservableUpDownCounter("streaming.slots.taken", () => slots.Taken, "{slot}", "Slots of this node that a run has.");
        _refused = meter.CreateCounter<long>("streaming.slots.refused", "{run}", "Runs that no slot began, by reason.");
        _unanswered = meter.CreateCounter<long>(
            "streaming.slots.unanswered", "{run}", "Runs whose slot did not answer in time, by what it was asked.");
        _overdue = meter.CreateUpDownCounter<long>(
            "streaming.slots.overdue", "{run}", "Runs that did not end in time when they were to, and keep their slot until they have.");
    }

    internal void NoneFree() => _refused.Add(1, new KeyValuePair<string, object?>("reason", "none_free"));

    internal void Refused(RunRefusal reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", NameOf(reason)));

    internal void Unanswered(bool wasToEnd) =>
        _unanswered.Add(1, new KeyValuePair<string, object?>("asked", wasToEnd ? "end" : "begin"));

    /// <summary>So many runs more, or fewer, are to have ended and have not.</summary>
    internal void Overdue(int change) => _overdue.Add(change);

    internal static string NameOf(RunRefusal reason) => reason switch
    {
        RunRefusal.SlotBusy => "slot_busy",
        RunRefusal.OldEpoch => "old_epoch",
        _ => "too_late",
    };
}
