using System.Collections.Concurrent;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>
/// Which of a broadcast's snapshots its readers see. What they see is announced, and is to outlive this node: so where another node stands by, a snapshot is
/// announced when that one has it, or <see cref="Patience"/> after it was made. Else it is at once. One that is announced stands for all before it.
/// Snapshots come from the graph, which waits for nobody; all else is safe from any thread.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="instruments">Count what waits for a standby; null for nobody who asks.</param>
internal sealed class Announcement(TimeProvider time, BroadcastInstruments? instruments = null)
{
    /// <summary>How long readers wait for a standby at most: little beside a part, and far more than a hop takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <summary>Snapshots that wait at most, then the oldest is announced: as many as a burst makes within <see cref="Patience"/>.</summary>
    public const int WaitingMax = 64;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TimelineSignal> _signals = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<(BroadcastSnapshot Snapshot, long MadeAt)> _waiting = [];
    private TimelineSignal? _changed; // Both are made for the first who asks: nobody may.
    private TimelineSignal? _made;
    private ITimer? _timer; // For the one that has waited longest.
    private int _standbys;
    private bool _isEnded;
    private volatile BroadcastSnapshot? _newest;
    private volatile BroadcastSnapshot? _announced;

    /// <summary>The newest that is announced; null before the first.</summary>
    public BroadcastSnapshot? Snapshot => _announced;

    /// <summary>The newest that was made: for standbys.</summary>
    public BroadcastSnapshot? Newest => _newest;

    /// <summary>Tells of every new <see cref="Snapshot"/>, and when it is <see cref="Over"/>.</summary>
    public TimelineSignal Changed => LazyInitializer.EnsureInitialized(ref _changed);

    /// <summary>Tells of every new <see cref="Newest"/>, and when it is <see cref="Over"/>.</summary>
    public TimelineSignal Made => LazyInitializer.EnsureInitialized(ref _made);

    /// <summary>Completes when the last snapshot is announced.</summary>
    public Task Over => _over.Task;

    /// <summary>Tells when the announced timeline of a rendition changes, or the broadcast ends.</summary>
    public TimelineSignal SignalOf(string rendition) => _signals.GetOrAdd(rendition, static _ => new TimelineSignal());

    /// <summary>Wakes everybody who waits: what they read is another's from now on.</summary>
    public void WakeAll()
    {
        foreach (var signal in _signals.Values)
        {
            signal.Pulse();
        }

        Volatile.Read(ref _changed)?.Pulse();
    }

    /// <summary>The graph has made a snapshot.</summary>
    public void Publish(BroadcastSnapshot snapshot)
    {
        lock (_gate)
        {
            _newest = snapshot;
            if (_standbys == 0)
            {
                Announce(snapshot);
            }
            else
            {
                Wait(snapshot);
            }
        }

        Volatile.Read(ref _made)?.Pulse();
    }

    /// <summary>The graph makes no more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            EndIfAllIsAnnounced();
        }
    }

    /// <summary>A standby has all that there is: what comes next waits for it.</summary>
    public void StandBy()
    {
        lock (_gate)
        {
            _standbys++;
            _timer ??= time.CreateTimer(static self => ((Announcement)self!).AnnounceLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A standby has all up to that version.</summary>
    public void Keep(long version)
    {
        lock (_gate)
        {
            AnnounceWhile(waiting => waiting.Snapshot.Version <= version, "kept");
        }
    }

    /// <summary>A standby is gone. Without any, nothing waits.</summary>
    public void StandByNoMore()
    {
        lock (_gate)
        {
            if (--_standbys == 0)
            {
                AnnounceWhile(static _ => true, "late");
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private void Wait(BroadcastSnapshot snapshot)
    {
        if (_waiting.Count == WaitingMax)
        {
            var oldest = _waiting.Peek().Snapshot.Version;
            AnnounceWhile(waiting => waiting.Snapshot.Version == oldest, "late");
        }

        _waiting.Enqueue((snapshot, time.GetTimestamp()));
        if (_waiting.Count == 1)
        {
            _timer!.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private void AnnounceLate()
    {
        lock (_gate)
        {
            AnnounceWhile(waiting => time.GetElapsedTime(waiting.MadeAt) >= Patience, "late");
            if (_waiting.TryPeek(out var next))
            {
                var left = Patience - time.GetElapsedTime(next.MadeAt);
                _timer?.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Announces the last of those in front of which it holds, and so all of them.</summary>
    private void AnnounceWhile(Func<(BroadcastSnapshot Snapshot, long MadeAt), bool> holds, string outcome)
    {
        BroadcastSnapshot? last = null;
        while (_waiting.TryPeek(out var waiting) && holds(waiting))
        {
            last = _waiting.Dequeue().Snapshot;
            instruments?.Announced(outcome);
        }

        if (last is not null)
        {
            Announce(last);
            EndIfAllIsAnnounced();
        }
    }

    private void Announce(BroadcastSnapshot snapshot)
    {
        var previous = _announced;
        _announced = snapshot;
        foreach (var rendition in snapshot.Renditions)
        {
            if (snapshot.IsEnded || !ReferenceEquals(previous?.Find(rendition.Name), rendition))
            {
                SignalOf(rendition.Name).Pulse();
            }
        }

        Volatile.Read(ref _changed)?.Pulse();
    }

    private void EndIfAllIsAnnounced()
    {
        if (_isEnded && _waiting.Count == 0)
        {
            _over.TrySetResult();
            Volatile.Read(ref _changed)?.Pulse();
            Volatile.Read(ref _made)?.Pulse();
        }
    }
}
