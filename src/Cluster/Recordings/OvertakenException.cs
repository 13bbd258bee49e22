namespace Streaming.Cluster.Recordings;

/// <summary>What was to be written of a broadcast came too late: it has ended, or it or its channel has an origin with a higher epoch.</summary>
public sealed class OvertakenException(string broadcastId)
    : IOException($"Broadcast {broadcastId} has been ended by another origin of its channel.");
