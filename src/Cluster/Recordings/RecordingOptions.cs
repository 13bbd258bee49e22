using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Cluster.Recordings;

/// <summary>Which broadcasts are kept when they are over, and for how long.</summary>
public sealed record RecordingOptions
{
    /// <summary>
    /// A broadcast becomes a recording when it ends. Default: on. Off, its media is deleted when it leaves the window.
    /// Recordings that are there stay until their time is over.
    /// </summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Age, counted from the end of the broadcast, at which a recording is deleted. 1 minute–10 years, default 7 days.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Bytes that recordings may take, broadcasts under way included. Beyond it the oldest recordings are deleted, and then the
    /// beginnings of broadcasts under way, up to what live viewers can go back to: their recordings will lack it. At least 0, at
    /// most what the storage takes. Default: half of that, so that live media always finds room; none in a bucket, which always has room.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// How long media that no broadcast is known of (an orphan: the journal was lost, or a copy of it put back) is kept before it is
    /// deleted, counted while the node runs. 1 day–10 years, default 7 days. Longer gives more time to notice, at the cost of the
    /// space that it takes.
    /// </summary>
    public TimeSpan Quarantine { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    /// <param name="storageMaxBytes">Bytes that the storage takes.</param>
    public IEnumerable<string> Problems(long storageMaxBytes) => new[]
    {
        MaxBytes is { } bytes ? Outside(bytes, 0, storageMaxBytes, nameof(MaxBytes)) : null,
        Outside(MaxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650), nameof(MaxAge)),
        Outside(Quarantine, TimeSpan.FromDays(1), TimeSpan.FromDays(3650), nameof(Quarantine)),
    }.OfType<string>();
}
