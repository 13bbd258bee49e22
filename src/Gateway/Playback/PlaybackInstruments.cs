using System.Diagnostics.Metrics;

namespace Streaming.Gateway.Playback;

/// <summary>What viewers ask for and get. All is read from counters that are kept anyway: a request meets no meter.</summary>
internal sealed class PlaybackInstruments
{
    public const string MeterName = "Streaming.Playback";

    public PlaybackInstruments(IMeterFactory meters, Viewers viewers)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter(
            "streaming.playback.requests", () => Live.Read().Concat(Recorded.Read()), "{request}",
            "Requests of playback that were answered, by what was asked for and by status.");
        meter.CreateObservableCounter(
            "streaming.playback.waits", Waits.ReadAll, "{request}", "Requests that had to wait for the live edge.");
        meter.CreateObservableUpDownCounter(
            "streaming.playback.waiting", Waits.ReadNow, "{request}", "Requests that wait for the live edge now.");
        meter.CreateObservableUpDownCounter(
            "streaming.playback.viewers", () => viewers.Count, "{viewer}", "Viewers that are counted, of all channels.");
    }

    /// <summary>Answers with live media.</summary>
    public Answers Live { get; } = new("live");

    /// <summary>Answers with recordings.</summary>
    public Answers Recorded { get; } = new("recording");

    public Waits Waits { get; } = new();
}
