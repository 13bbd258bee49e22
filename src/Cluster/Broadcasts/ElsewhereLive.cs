namespace Streaming.Cluster.Broadcasts;

/// <summary>A broadcast that is under way on another node, as far as this one has heard.</summary>
/// <param name="BroadcastId">The broadcast.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="IsPlayable">A player that comes now finds something to play.</param>
public sealed record ElsewhereLive(string BroadcastId, DateTimeOffset StartedAt, bool IsPlayable);
