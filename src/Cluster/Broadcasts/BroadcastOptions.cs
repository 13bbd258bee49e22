using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts;

/// <summary>How broadcasts are made and how long they are kept.</summary>
public sealed record BroadcastOptions
{
    /// <summary>How they are cut.</summary>
    public SegmentationOptions Segments { get; init; } = new();

    /// <summary>What they are transcoded to.</summary>
    public LadderOptions Ladder { get; init; } = new();

    /// <summary>
    /// Time that a broadcast waits for a publisher whose connection was lost. 0–10 min, default 30 s. Longer bridges worse
    /// networks and lets viewers wait longer at a broadcast that is over.
    /// </summary>
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time that an ended broadcast stays readable, for viewers who are still behind. 10 s–1 h, default 60 s.
    /// </summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Bit/s that a publisher may send, over ten seconds: see <see cref="Pipeline.Rtmp.RtmpLimits.BitRateMax"/>.
    /// </summary>
    public long BitRateMax { get; init; } = 60_000_000;

    /// <summary>
    /// Whether what one node stores all others find: a bucket of the cluster's. Default false: a node that goes on with another's broadcast lists what is
    /// in its memory, since the other's disk may be gone.
    /// </summary>
    public bool IsStorageShared { get; init; }

    /// <summary>
    /// Newest segments of each rendition that are kept in memory once they are stored, their parts one by one included.
    /// 8–100, default 8: parts stay listed for three target durations, which is six segments. More serves viewers who are
    /// behind without asking storage, and costs memory.
    /// </summary>
    public int HotSegments { get; init; } = 8;

    /// <summary>
    /// The same where storage has files, which the operating system keeps in its cache: 2–100, default 4. Parts of those before
    /// are read from their segment's file.
    /// </summary>
    public int HotSegmentsBesideFiles { get; init; } = 4;
}
