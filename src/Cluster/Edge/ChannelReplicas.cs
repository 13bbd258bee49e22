using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <summary>
/// The replicas that a node has of one channel's broadcasts, one after another, and what other nodes are told of them. Streams write it, one at a time;
/// it is read from any thread.
/// </summary>
internal sealed class ChannelReplicas(string slug, FollowSettings settings) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile Kept[] _kept = [];
    private BroadcastReplica? _current;
    private bool _isClosed;

    /// <summary>The newest that has something to read; null before the first.</summary>
    public BroadcastReplica? Newest => _kept is [var newest, ..] ? newest.Replica : null;

    /// <summary>What the stream is of, or the last one was.</summary>
    public BroadcastReplica? Current => _current;

    /// <summary>The replica of that broadcast, while it can be read.</summary>
    public BroadcastReplica? Find(string broadcastId) => Array.Find(_kept, kept => kept.Replica.Id == broadcastId)?.Replica;

    /// <summary>Takes what a stream brings; false when it is of an epoch that has been overtaken.</summary>
    /// <exception cref="InvalidDataException">The stream is not to be trusted.</exception>
    public bool Take(FollowEvent happened, NodeAddress upstream, long epochMin)
    {
        switch (happened)
        {
            case FollowEvent.Began began when began.Epoch < epochMin:
                return false;
            case FollowEvent.Began began:
                Begin(began, upstream);
                return true;
            case FollowEvent.MediaCame came:
                settings.Instruments?.Received(came.Data.Length);
                break;
        }

        if (_current is not { } replica)
        {
            throw new InvalidDataException("A stream went on that had not begun.");
        }

        replica.Apply(happened);
        if (happened is FollowEvent.Published)
        {
            lock (_gate)
            {
                if (Newest != replica)
                {
                    _kept = [new(replica), .. _kept.Where(kept => kept.Replica != replica)];
                }

                Tell();
            }
        }

        return true;
    }

    /// <summary>Lets go of those whose time is over.</summary>
    public void LetGoOfOver()
    {
        var now = settings.Time.GetTimestamp();
        lock (_gate)
        {
            foreach (var kept in _kept)
            {
                kept.OverSince ??= kept.Replica.IsEnded || kept.Replica != Newest ? now : null;
            }

            foreach (var over in _kept.Where(
                kept => kept.OverSince is { } since && settings.Time.GetElapsedTime(since, now) >= settings.Retention).ToList())
            {
                _kept = [.. _kept.Where(kept => kept != over)];
                over.Replica.Dispose();
            }
        }
    }

    /// <summary>Nothing more is told of them.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                settings.Kept.Set(slug, null);
            }
        }
    }

    /// <summary>Lets go of all. When no stream writes any more.</summary>
    public void Dispose()
    {
        Close();
        foreach (var kept in _kept)
        {
            kept.Replica.Dispose();
        }

        _kept = [];
        _current?.Dispose();
    }

    private void Begin(FollowEvent.Began began, NodeAddress upstream)
    {
        if (Find(began.BroadcastId) is { } known && known.TryGoOn(began))
        {
            _current = known;
        }
        else
        {
            if (_current is { Snapshot: null } unseen)
            {
                unseen.Dispose();
            }

            var storage = new OriginStorage(settings.Storage, settings.Fetched, slug, began.BroadcastId, upstream);
            _current = new BroadcastReplica(began, storage);
        }

        _current.ComesFrom(upstream);
    }

    private void Tell()
    {
        if (!_isClosed)
        {
            settings.Kept.Set(slug, Newest is { IsEnded: false } newest ? new(slug, newest.Id, newest.Epoch) : null);
        }
    }

    private sealed class Kept(BroadcastReplica replica)
    {
        public BroadcastReplica Replica => replica;

        /// <summary>When it was seen that nothing comes any more.</summary>
        public long? OverSince { get; set; }
    }
}
