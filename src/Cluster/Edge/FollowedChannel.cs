using System.Collections.Concurrent;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <summary>
/// A channel that is live on another node and has viewers on this one, or has this one as its standby: follows it on one stream, however many there are, and keeps the replicas of its
/// broadcasts. What breaks off is opened again, wherever the origin is by then; meanwhile viewers have what has come.
/// </summary>
internal sealed partial class FollowedChannel : IAsyncDisposable
{
    private readonly string _slug;
    private readonly FollowSettings _settings;
    private readonly ChannelReplicas _replicas;
    private readonly Action<string, BroadcastReplica> _goesOn;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimelineSignal _moved = new();
    private readonly ConcurrentQueue<Gathering> _gatherings = new();
    private readonly Lock _gate = new();
    private readonly Task _following;
    private CancellationTokenSource? _stream;
    private (NodeAddress Address, long Epoch) _origin; // Of the stream.
    private long _epoch;
    private long _askedAt;
    private long? _orphanedAt;
    private int _shares;
    private bool _isStandby;
    private FollowInstruments.Follow? _standingBy;
    private bool _isClosed;

    /// <param name="slug">The channel.</param>
    /// <param name="settings">How it is followed.</param>
    /// <param name="goesOn">Is called when a stream has brought the first that can be read.</param>
    public FollowedChannel(string slug, FollowSettings settings, Action<string, BroadcastReplica> goesOn)
    {
        (_slug, _settings, _goesOn, _replicas) = (slug, settings, goesOn, new(slug, settings));
        _askedAt = settings.Time.GetTimestamp();
        _following = Task.Run(RunAsync);
    }

    /// <summary>The newest broadcast that came; null before the first.</summary>
    public BroadcastReplica? Newest => _replicas.Newest;

    /// <summary>Completes when a broadcast has come, or could not be had.</summary>
    public Task Looked => _looked.Task;

    /// <summary>The broadcast of that id, while it can be read.</summary>
    public BroadcastReplica? Find(string broadcastId) => _replicas.Find(broadcastId);

    /// <summary>Who has it now, and can be followed.</summary>
    private (NodeAddress Address, long Epoch)? Origin =>
        _settings.Origins.Find(_slug) is { Media: { } address, Epoch: var epoch } ? (address, epoch) : null;

    /// <summary>Somebody asks for it. False when it has been closed.</summary>
    public bool TryAsk()
    {
        lock (_gate)
        {
            _askedAt = _settings.Time.GetTimestamp();
            return !_isClosed;
        }
    }

    /// <summary>This node is the channel's standby from now on, or is not any more: the stream begins anew, and says so.</summary>
    public void StandBy(bool isStandby)
    {
        lock (_gate)
        {
            if (_isStandby != isStandby)
            {
                BeStandby(isStandby);
                BreakOff();
            }
        }

        _moved.Pulse();
    }

    /// <summary>Other nodes follow its replicas here from now on, until <see cref="Unshare"/>. False when it has been closed.</summary>
    public bool TryShare()
    {
        lock (_gate)
        {
            _shares += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    /// <summary>One node fewer follows them.</summary>
    public void Unshare() => Interlocked.Decrement(ref _shares);

    /// <summary>Its origin is another one than before.</summary>
    public void Move()
    {
        lock (_gate)
        {
            if (Origin is { } now && now != _origin && now.Epoch >= _epoch)
            {
                BreakOff();
            }
        }

        _moved.Pulse();
    }

    /// <summary>
    /// All that nodes which can be reached have of the channel's newest broadcast of a lower epoch: within <see cref="GatherTimeout"/>, or what is here by
    /// then. Null when there is nothing, or when it has ended.
    /// </summary>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public async Task<BroadcastReplica?> GatherAsync(long belowEpoch, CancellationToken cancellationToken)
    {
        var gathering = new Gathering(belowEpoch, _settings.Time);
        _gatherings.Enqueue(gathering);
        lock (_gate)
        {
            BreakOff();
        }

        _moved.Pulse();
        try
        {
            await gathering.Done.WaitAsync(GatherTimeout, _settings.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What has come by now has to do.
        }

        return OwnBelow(belowEpoch) is { IsEnded: false } found ? found : null;
    }

    /// <summary>Lets go of broadcasts whose time is over. True when nobody has asked for the channel for that long: then it is closed.</summary>
    public bool Look(TimeSpan idleMax)
    {
        _replicas.LetGoOfOver();
        lock (_gate)
        {
            // Without an origin a standby keeps what may be all that is left, until that has ended.
            BeStandby(_isStandby && (Origin is not null || Newest is { IsEnded: false }));
            _isClosed |= !_isStandby && _shares == 0 && _settings.Time.GetElapsedTime(_askedAt) >= idleMax;
            if (_isClosed)
            {
                _replicas.Close();
            }

            return _isClosed;
        }
    }

    /// <summary>Ends the stream, and lets go of all.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            BeStandby(false);
            _replicas.Close();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _replicas.Dispose();
        _closing.Dispose();
    }

    /// <summary>Under the gate.</summary>
    private void BeStandby(bool isStandby)
    {
        if (isStandby && !_isStandby)
        {
            _standingBy = _settings.Instruments?.StandsBy();
        }
        else if (!isStandby && _isStandby)
        {
            _standingBy?.Dispose();
        }

        _isStandby = isStandby;
    }

    /// <summary>Ends the stream that there is. Under the gate: whoever wants that does not wait for it.</summary>
    private void BreakOff() => _ = _stream?.CancelAsync();
}
