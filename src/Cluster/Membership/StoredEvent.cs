namespace Streaming.Cluster.Membership;

/// <summary>An event as it is in the journal.</summary>
/// <param name="Ordering">Its place among the events of all entities.</param>
/// <param name="PersistenceId">The entity.</param>
/// <param name="SequenceNr">Its place among the entity's own.</param>
/// <param name="Manifest">What the bytes are.</param>
/// <param name="Bytes">The event, serialized.</param>
public sealed record StoredEvent(long Ordering, string PersistenceId, long SequenceNr, string Manifest, byte[] Bytes);
