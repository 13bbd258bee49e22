using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Governor;

namespace Streaming.Cluster.Broadcasts;

/// <summary>State of a live channel at one moment. Immutable.</summary>
/// <param name="Broadcast">The broadcast under way, null when the channel is offline.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Ingest">What comes in.</param>
/// <param name="Quality">How much of the ladder there is.</param>
/// <param name="Transcoder">What the transcoder is doing.</param>
/// <param name="Refusal">Why a publisher was refused or cut off lately, null when nothing is wrong.</param>
public sealed record ChannelStatus(
    ILiveBroadcast? Broadcast,
    DateTimeOffset? StartedAt,
    IngestStatus? Ingest,
    Quality? Quality,
    TranscoderStatus? Transcoder,
    Refusal? Refusal)
{
    /// <summary>What is live on another node, and not followed here; null when nothing is.</summary>
    public RemoteBroadcast? Elsewhere { get; init; }

    public static ChannelStatus Offline { get; } = new(null, null, null, null, null, null);
}
