using System.Diagnostics.Metrics;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;

namespace Streaming.Cluster.Broadcasts;

/// <summary>The instruments of live channels: of their publishers, their broadcasts and their transcoders.</summary>
/// <param name="meters">Makes them.</param>
/// <param name="actors">Those of the node's actors, supervisors among them; null for nobody who asks.</param>
public sealed class LiveInstruments(IMeterFactory meters, ActorInstruments? actors = null)
{
    public const string Supervisor = "supervisor";

    public ActorInstruments? Actors => actors;

    public IngestInstruments Ingest { get; } = new(meters);

    public BroadcastInstruments Broadcasts { get; } = new(meters);

    public TranscoderInstruments Transcoders { get; } = new(meters);

    /// <summary>Lets it be looked at what these channels are doing. Once.</summary>
    public void Observe(Func<IEnumerable<LiveChannel>> channels)
    {
        actors?.Watch(
            Supervisor,
            () => channels().Where(static channel => !channel.Stopped.IsCompleted).Select(static channel => channel.Supervisor));
        Broadcasts.Observe(
            active: () => Live().Count(),
            publishers: () => Live().Count(static broadcast => broadcast.Source.Status?.IsConnected == true),
            waiting: () => channels().Count(static channel => channel.IsPublisherWaiting),
            unarchived: () => Live().Select(static broadcast => broadcast.Archive.Waiting).DefaultIfEmpty().Max());
        Transcoders.Observe(
            states: () => Live().Select(static broadcast => broadcast.Timeline.Status.Transcoder.State),
            backlog: () => Live().Select(static broadcast => broadcast.Rungs.BacklogBytes).DefaultIfEmpty().Max());

        IEnumerable<Broadcast> Live() => channels().Select(static channel => channel.UnderWay).OfType<Broadcast>();
    }
}
