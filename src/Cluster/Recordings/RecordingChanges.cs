namespace Streaming.Cluster.Recordings;

/// <summary>What has changed in the list of recordings.</summary>
/// <param name="Revision">The list's, by now.</param>
/// <param name="Ids">Those that there are; what is not among them is gone.</param>
/// <param name="Changed">Those that came, or are another way now.</param>
public sealed record RecordingChanges(long Revision, IReadOnlySet<string> Ids, IReadOnlyList<Recording> Changed);
