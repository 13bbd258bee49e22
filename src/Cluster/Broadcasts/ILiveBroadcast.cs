using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts;

/// <summary>
/// A broadcast as its readers see it, wherever they are: the <see cref="Broadcast"/> itself at its origin, a replica of its live edge on other
/// nodes. All of it is safe from any thread, and asks nobody.
/// </summary>
public interface ILiveBroadcast
{
    /// <summary>Unique, a path segment.</summary>
    string Id { get; }

    /// <summary>Of the claim that it was made under: a broadcast of a lower one has been overtaken.</summary>
    long Epoch { get; }

    /// <summary>When its first publisher came.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>Its files. What <see cref="Snapshot"/> tells of is there before it is told.</summary>
    LiveMedia Media { get; }

    /// <summary>Its timeline, null before the first segment begins.</summary>
    BroadcastSnapshot? Snapshot { get; }

    /// <summary>No segment will be added.</summary>
    bool IsEnded { get; }

    /// <summary>Tells of every new <see cref="Snapshot"/>, and when <see cref="Over"/> completes.</summary>
    TimelineSignal Changed { get; }

    /// <summary>Completes when the last <see cref="Snapshot"/> is there.</summary>
    Task Over { get; }

    /// <summary>Tells when the timeline of a rendition changes, or the broadcast ends.</summary>
    TimelineSignal SignalOf(string rendition);
}
