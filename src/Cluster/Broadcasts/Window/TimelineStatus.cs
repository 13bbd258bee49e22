using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Governor;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>How a broadcast's timeline was at its last look.</summary>
/// <param name="Quality">How much of what was asked for viewers get, and why not all of it.</param>
/// <param name="Transcoder">What the transcoder is doing.</param>
internal sealed record TimelineStatus(Quality Quality, TranscoderStatus Transcoder);
