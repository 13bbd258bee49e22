namespace Streaming.Cluster.Recordings;

/// <summary>A folder of media in storage that no broadcast is known of, such as a lost journal leaves.</summary>
/// <param name="Folder">Its name among broadcasts' folders: as a rule the id that a broadcast had.</param>
/// <param name="SeenAt">Wall-clock time at which it was first seen.</param>
/// <param name="SeenFor">For how long nodes have been looking at it since: what its quarantine counts.</param>
public sealed record Orphan(string Folder, DateTimeOffset SeenAt, TimeSpan SeenFor);
