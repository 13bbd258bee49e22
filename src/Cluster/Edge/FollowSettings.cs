using Microsoft.Extensions.Logging;
using Streaming.Cluster.Origins;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Edge;

/// <summary>What all followed channels are made with.</summary>
internal sealed record FollowSettings(
    OriginDirectory Origins,
    KeptReplicas Kept,
    IUpstream Upstream,
    IMediaStorage Storage,
    OriginMedia Fetched,
    TimeSpan Retention,
    TimeProvider Time,
    FollowInstruments? Instruments,
    ILogger Logger);
