using System.Runtime.CompilerServices;
using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>
/// One who follows a broadcast, at its origin or at a replica of it. It has no queue: it has a place on the timeline, and what lies between that and the newest snapshot is what it
/// is to be sent. So it costs the broadcast's graph a completion a snapshot, and memory one file at a time, which is held while it is being sent. One that is
/// slow gets several versions as one; one that is too far behind is dropped. Read by one.
/// </summary>
/// <param name="broadcast">The broadcast.</param>
/// <param name="behindBytesMax">Bytes of parts that it may lack when it asks for what is next, after its first update.</param>
public sealed class Follower(ILiveBroadcast broadcast, long behindBytesMax = Follower.BehindBytesMax)
{
    /// <summary>
    /// Bytes that a follower may lack: 32 MiB are over 4 s of all that a publisher may send (60 Mbit/s), and some 20 s of an ordinary ladder
    /// (12 Mbit/s).
    /// </summary>
    public const long BehindBytesMax = 32 * 1024 * 1024;

    private readonly Dictionary<string, FollowedRendition> _renditions = new(StringComparer.Ordinal);
    private BroadcastSnapshot? _told;

    /// <summary>It was too far behind: its events have ended, and it had better begin anew.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>
    /// Everything from now on, ending with the broadcast. An event's bytes are borrowed: valid until the next is asked for. Once.
    /// </summary>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public async IAsyncEnumerable<FollowEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new FollowEvent.Began(broadcast.Epoch, broadcast.Id, broadcast.StartedAt);
        while (true)
        {
            // Both before the snapshot, so that no change is missed.
            var next = broadcast.Changed.Next;
            var isOver = broadcast.Over.IsCompleted;
            if (broadcast.Snapshot is { } snapshot && snapshot.Version != _told?.Version)
            {
                if (_told is not null && Behind(snapshot) > behindBytesMax)
                {
                    IsDropped = true;
                    yield break;
                }

                foreach (var happened in Update(snapshot))
                {
                    yield return happened;
                    cancellationToken.ThrowIfCancellationRequested();

                    // Not in a finally: where sending failed, nobody can tell whether the bytes are still being read.
                    (happened as FollowEvent.MediaCame)?.Data.Release();
                }
            }

            if (isOver)
            {
                yield break;
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private long Behind(BroadcastSnapshot snapshot)
    {
        var bytes = 0L;
        foreach (var rendition in snapshot.Renditions)
        {
            bytes += Of(rendition.Name).Behind(rendition);
        }

        return bytes;
    }

    /// <summary>What leads from the snapshot that it was told to this one.</summary>
    private IEnumerable<FollowEvent> Update(BroadcastSnapshot snapshot)
    {
        foreach (var rendition in snapshot.Renditions)
        {
            foreach (var (sequence, index) in Of(rendition.Name).Files(rendition, broadcast.Media))
            {
                if (TryHold(rendition.Name, sequence, index) is { } data)
                {
                    yield return new FollowEvent.MediaCame(rendition.Name, sequence, index, data);
                }
            }
        }

        foreach (var rendition in snapshot.Renditions)
        {
            foreach (var change in Of(rendition.Name).Changes(rendition, broadcast.Media))
            {
                yield return change;
            }
        }

        yield return new FollowEvent.Published(snapshot.Version)
        {
            PublishedAt = snapshot.PublishedAt,
            MediaStartedAt = snapshot.StartedAt,
            TargetDuration = snapshot.TargetDuration,
            PartTarget = snapshot.PartTarget,
            Renditions = AreSame(_told, snapshot) ? default : [.. snapshot.Renditions.Select(static rendition => rendition.Name)],
            Periods = _told?.Periods == snapshot.Periods ? default : snapshot.Periods,
            IsEnded = snapshot.IsEnded,
        };
        _told = snapshot;
    }

    /// <summary>A hold of a file's bytes; null where memory does not have them any more: then storage does.</summary>
    private MediaBuffer? TryHold(string rendition, long? sequence, int index)
    {
        var name = sequence is { } number ? MediaNames.Part(number, index) : MediaNames.Initialization(index);
        return broadcast.Media.TryGet(rendition, name, out var file) ? file!.TryHoldOnly() : null;
    }

    private FollowedRendition Of(string name)
    {
        if (!_renditions.TryGetValue(name, out var rendition))
        {
            _renditions.Add(name, rendition = new(name));
        }

        return rendition;
    }

    private static bool AreSame(BroadcastSnapshot? told, BroadcastSnapshot now) =>
        told is not null && told.Renditions.AsSpan().SequenceEqual(now.Renditions.AsSpan(), ByName.Instance);

    private sealed class ByName : IEqualityComparer<RenditionSnapshot>
    {
        public static readonly ByName Instance = new();

        public bool Equals(RenditionSnapshot? x, RenditionSnapshot? y) => x?.Name == y?.Name;

        public int GetHashCode(RenditionSnapshot obj) => obj.Name.GetHashCode(StringComparison.Ordinal);
    }
}
