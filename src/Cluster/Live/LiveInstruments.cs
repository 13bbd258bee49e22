using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Live;

/// <summary>The instruments of live channels: of their publishers, their broadcasts and their transcoders.</summary>
public sealed class LiveInstruments(IMeterFactory meters)
{
    public IngestInstruments Ingest { get; } = new(meters);

    public BroadcastInstruments Broadcasts { get; } = new(meters);

    public TranscoderInstruments Transcoders { get; } = new(meters);

    /// <summary>Lets it be looked at what these channels are doing. Once.</summary>
    public void Observe(Func<IEnumerable<LiveChannel>> channels)
    {
        Broadcasts.Observe(channels);
        Transcoders.Observe(channels);
    }
}
