namespace Streaming.Cluster.Recordings;

/// <summary>A broadcast whose end the journal does not have: it is under way, or was cut off.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Channel">Slug of its channel.</param>
/// <param name="Epoch">That it is written under.</param>
/// <param name="IsWhole">All of its media is on one storage.</param>
public sealed record UnendedBroadcast(string Id, string Channel, long Epoch, bool IsWhole);
