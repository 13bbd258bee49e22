using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Channels;

/// <summary>
/// What is asked of channels' entities and what comes of it, told where it is asked; and how their journal does, told where they live.
/// </summary>
public sealed class ChannelInstruments
{
    public const string MeterName = "Streaming.Channel";

    private readonly Counter<long> _commands;
    private readonly Histogram<double> _persists;
    private readonly Counter<long> _unpersisted;
    private readonly Histogram<double> _recoveries;
    private readonly Counter<long> _unrecovered;
    private readonly TimeProvider _time;

    public ChannelInstruments(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        var advice = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
        };
        _commands = meter.CreateCounter<long>(
            "streaming.channel.commands", "{command}", "Commands to channels of which this node asked, by what came of them.");
        _persists = meter.CreateHistogram(
            "streaming.channel.persist.duration", "s", "How long the journal takes to store an event of a channel.", advice: advice);
        _unpersisted = meter.CreateCounter<long>(
            "streaming.channel.persist.failures", "{event}", "Events of channels that the journal did not store.");
        _recoveries = meter.CreateHistogram(
            "streaming.channel.recovery.duration", "s",
            "How long an entity takes from its start until it has read its events and takes commands.", advice: advice);
        _unrecovered = meter.CreateCounter<long>(
            "streaming.channel.recovery.failures", "{recovery}", "Entities of channels that could not read their events.");
    }

    internal long Now => _time.GetTimestamp();

    internal void Answered(IChannelCommand command, string outcome) => _commands.Add(
        1, new("command", NameOf(command)), new("outcome", outcome));

    internal void Persisted(long since) => _persists.Record(_time.GetElapsedTime(since).TotalSeconds);

    internal void NotPersisted(string kind) => _unpersisted.Add(1, new KeyValuePair<string, object?>("kind", kind));

    internal void Recovered(long since) => _recoveries.Record(_time.GetElapsedTime(since).TotalSeconds);

    internal void NotRecovered() => _unrecovered.Add(1);

    private static string NameOf(IChannelCommand command) => command switch
    {
        PutChannel => "put",
        ChangeStreamKey => "change_key",
        DeleteChannel => "delete",
        ClearChannel => "clear",
        ClaimChannel => "claim",
        EndBroadcast => "end_broadcast",
        ReleaseChannel => "release",
        _ => "other",
    };
}
