namespace Streaming.Cluster.Recordings;

/// <summary>A broadcast that is over and was kept.</summary>
/// <param name="Id">The broadcast's id.</param>
/// <param name="Channel">Slug of the channel that it was on.</param>
/// <param name="StartedAt">Wall-clock time of its first picture.</param>
/// <param name="EndedAt">Wall-clock time of its end.</param>
/// <param name="Duration">How long it plays: without the time in which its broadcaster was away.</param>
/// <param name="SizeBytes">Bytes of its segments.</param>
/// <param name="HasVideo">There is something to see in it.</param>
/// <param name="IsMissing">
/// Its media was not in storage when that was last looked at: it cannot be played until it is there again.
/// </param>
/// <param name="MissingSegments">Its segments that could not be stored, of all renditions: gaps in them.</param>
/// <param name="Storages">Identities of the storages that have its media, with commas between them.</param>
public sealed record Recording(
    string Id,
    string Channel,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    TimeSpan Duration,
    long SizeBytes,
    bool HasVideo,
    bool IsMissing = false,
    int MissingSegments = 0,
    string Storages = "")
{
    /// <summary>Whether that storage has some of its media.</summary>
    public bool IsOn(string storage) => Storages.Split(',').Contains(storage, StringComparer.Ordinal);
}
