using System.Diagnostics.Metrics;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>What transcoders make, how far they are behind, and how their runs end.</summary>
public sealed class TranscoderInstruments
{
    public const string MeterName = "Streaming.Transcoder";

    private readonly Meter _meter;
    private readonly Counter<long> _runs;
    private readonly Counter<long> _overruns;
    private readonly Counter<long> _takeOvers;
    private readonly Counter<long> _pictures;
    private readonly Histogram<double> _lag;

    public TranscoderInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _runs = _meter.CreateCounter<long>(
            "streaming.transcoder.runs", "{run}", "Runs that ended, by how: all but completed and cancelled ones are tried again.");
        _overruns = _meter.CreateCounter<long>(
            "streaming.transcoder.overruns", "{run}", "Runs that were given up since their queue was full: a smaller ladder follows.");
        _takeOvers = _meter.CreateCounter<long>(
            "streaming.transcoder.takeovers", "{run}", "Runs that failed and were followed at once by another, which was fed what they were fed.");
        _pictures = _meter.CreateCounter<long>(
            "streaming.transcoder.pictures", "{picture}", "Pictures that came out of all rungs: their rate is the frames a second.");
        _lag = _meter.CreateHistogram(
            "streaming.transcoder.lag", "s", "How far the slowest rung of a broadcast is behind its source, looked at once a second.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 25] });
    }

    /// <summary>Lets it be looked at what transcoders are doing. Once.</summary>
    /// <param name="states">Those of the broadcasts under way.</param>
    /// <param name="backlog">Bytes that the one has not taken that is furthest behind.</param>
    public void Observe(Func<IEnumerable<TranscoderState>> states, Func<long> backlog)
    {
        _meter.CreateObservableUpDownCounter(
            "streaming.transcoder.broadcasts", () => ByState(states()), "{broadcast}", "Broadcasts by the state of their transcoder.");
        _meter.CreateObservableGauge(
            "streaming.transcoder.backlog.fullest", backlog,
            "By", "What the transcoder that is furthest behind has not taken; at 8 MiB its run is ended.");
    }

    internal void Made(long pictures)
    {
        if (pictures > 0)
        {
            _pictures.Add(pictures);
        }
    }

    internal void Lags(TimeSpan lag) => _lag.Record(lag.TotalSeconds);

    internal void Ended(TranscodeEnd end) => _runs.Add(1, new KeyValuePair<string, object?>("end", NameOf(end)));

    /// <summary>A run was given up since it is too far behind.</summary>
    internal void Overran() => _overruns.Add(1);

    /// <summary>A run goes on with what one that failed has left.</summary>
    internal void TookOver() => _takeOvers.Add(1);

    internal static string NameOf(TranscodeEnd end) => end switch
    {
        TranscodeEnd.Completed => "completed",
        TranscodeEnd.Cancelled => "cancelled",
        TranscodeEnd.Crashed => "crashed",
        TranscodeEnd.Stalled => "stalled",
        TranscodeEnd.Unavailable => "unavailable",
        TranscodeEnd.Lost => "lost",
        _ => "failed",
    };

    private static IEnumerable<Measurement<int>> ByState(IEnumerable<TranscoderState> states)
    {
        var counts = new int[Enum.GetValues<TranscoderState>().Length];
        foreach (var state in states)
        {
            counts[(int)state]++;
        }

        return counts.Select(static (count, state) => new Measurement<int>(
            count, new KeyValuePair<string, object?>("state", NameOf((TranscoderState)state))));
    }

    private static string NameOf(TranscoderState state) => state switch
    {
        TranscoderState.Off => "off",
        TranscoderState.Starting => "starting",
        TranscoderState.Running => "running",
        TranscoderState.Stalled => "stalled",
        TranscoderState.Restarting => "restarting",
        _ => "unavailable",
    };
}
