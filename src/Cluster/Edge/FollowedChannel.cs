using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <summary>
/// A channel that is live on another node and has viewers on this one, or has this one as its standby: follows it on one stream, however many there are, and keeps the replicas of its
/// broadcasts. What breaks off is opened again, wherever the origin is by then; meanwhile viewers have what has come.
/// </summary>
internal sealed partial class FollowedChannel : IAsyncDisposable
{
    /// <summary>Time from one attempt to the next: the first soon, each twice as long as the one before up to the last, and each shortened by chance.</summary>
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    private readonly string _slug;
    private readonly FollowSettings _settings;
    private readonly ChannelReplicas _replicas;
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

    public FollowedChannel(string slug, FollowSettings settings)
    {
        (_slug, _settings, _replicas) = (slug, settings, new(slug, settings));
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

    private async Task RunAsync()
    {
        using var counted = _settings.Instruments?.Followed();
        var failures = 0;
        while (!_closing.IsCancellationRequested)
        {
            var moved = _moved.Next;
            try
            {
                await GatherAllAsync().ConfigureAwait(false);
                failures = await FollowAsync().ConfigureAwait(false) ? 0 : failures + 1;
                EndIfOrphaned();
            }
            catch (Exception e) when (!_closing.IsCancellationRequested)
            {
                failures++;
                LogFailed(_settings.Logger, _slug, e);
            }
            catch (Exception)
            {
                break;
            }

            await PauseAsync(failures, moved).ConfigureAwait(false);
        }

        _looked.TrySetResult();
        while (_gatherings.TryDequeue(out var gathering))
        {
            gathering.Dispose();
        }
    }

    /// <summary>Follows until the stream ends. False when nothing came on it.</summary>
    private async Task<bool> FollowAsync()
    {
        if (Origin is not var (origin, epoch) || epoch < _epoch)
        {
            _looked.TrySetResult();
            return false;
        }

        _epoch = epoch;
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        lock (_gate)
        {
            if (!_gatherings.IsEmpty)
            {
                return false;
            }

            (_stream, _origin) = (stream, (origin, epoch));
        }

        try
        {
            var end = await FollowAsync(origin, stream.Token).ConfigureAwait(false);
            if (end is StreamEnd.Full && AnyReplica() is { } replica)
            {
                end = await FollowAsync(replica, stream.Token).ConfigureAwait(false);
            }

            if (end is not StreamEnd.Full)
            {
                _looked.TrySetResult(); // Else somebody has it, and tells so in a moment.
            }

            return end is StreamEnd.Came;
        }
        finally
        {
            lock (_gate)
            {
                _stream = null;
            }
        }
    }

    private async Task<StreamEnd> FollowAsync(NodeAddress upstream, CancellationToken cancellationToken)
    {
        var came = false;
        var current = _replicas.Current;
        try
        {
            await foreach (var happened in _settings.Upstream.FollowAsync(
                upstream, _slug, new(_epoch, current?.Id, current?.IsEnded == true, _isStandby), cancellationToken).ConfigureAwait(false))
            {
                if (happened is FollowEvent.Began { Path: var path } && _settings.Self() is { } self && path.Contains(self))
                {
                    _settings.Instruments?.Refused("loop");
                    throw new UpstreamException("It follows this node itself.");
                }

                if (!_replicas.Take(happened, upstream, _epoch))
                {
                    LogRefused(_settings.Logger, _slug, upstream);
                    _settings.Instruments?.Refused("overtaken");
                    return StreamEnd.Nothing;
                }

                _epoch = Math.Max(_epoch, _replicas.Current!.Epoch);
                if (happened is FollowEvent.Published && !came)
                {
                    came = true;
                    _looked.TrySetResult();
                }
            }
        }
        catch (UpstreamException e) when (e.IsFull && !came && !_closing.IsCancellationRequested)
        {
            LogNotFollowed(_settings.Logger, _slug, upstream, e.Message);
            return StreamEnd.Full;
        }
        catch (Exception e) when (e is UpstreamException or InvalidDataException or OperationCanceledException
            && !_closing.IsCancellationRequested)
        {
            if (came)
            {
                LogBroken(_settings.Logger, _slug, upstream, e.Message);
            }
            else
            {
                LogNotFollowed(_settings.Logger, _slug, upstream, e.Message);
            }

            _settings.Instruments?.Reconnects();
        }

        return came ? StreamEnd.Came : StreamEnd.Nothing;
    }

    /// <summary>One of the other nodes that have a replica; null when none is known.</summary>
    private NodeAddress? AnyReplica()
    {
        var self = _settings.Self();
        var others = _settings.Origins.ReplicasOf(_slug).Where(replica => replica.Epoch >= _epoch && replica.Media != self).ToList();
        return others.Count == 0 ? null : others[Random.Shared.Next(others.Count)].Media;
    }

    /// <summary>Ends a broadcast that has been without an origin for so long that no other node will go on with it.</summary>
    private void EndIfOrphaned()
    {
        if (Origin is not null || _replicas.Current is not { Snapshot: not null, IsEnded: false } replica)
        {
            _orphanedAt = null;
            return;
        }

        _orphanedAt ??= _settings.Time.GetTimestamp();
        if (_settings.Time.GetElapsedTime(_orphanedAt.Value) >= _settings.OrphanedMax)
        {
            _replicas.End();
            _settings.Instruments?.Orphaned();
            LogOrphaned(_settings.Logger, _slug, replica.Id);
        }
    }

    /// <summary>Ends the stream that there is. Under the gate: whoever wants that does not wait for it.</summary>
    private void BreakOff() => _ = _stream?.CancelAsync();

    private async Task PauseAsync(int failures, Task moved)
    {
        var pause = PauseMin * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        pause = (pause < PauseMax ? pause : PauseMax) * (0.5 + (Random.Shared.NextDouble() / 2));
        try
        {
            await moved.WaitAsync(pause, _settings.Time, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It is time, or over.
        }
    }

    [LoggerMessage(260, LogLevel.Information, "{Slug}: the stream from {Upstream} broke off: {Reason}")]
    private static partial void LogBroken(ILogger logger, string slug, NodeAddress upstream, string reason);

    [LoggerMessage(263, LogLevel.Debug, "{Slug}: it cannot be followed at {Upstream}: {Reason}")]
    private static partial void LogNotFollowed(ILogger logger, string slug, NodeAddress upstream, string reason);

    [LoggerMessage(261, LogLevel.Warning, "{Slug}: {Upstream} is not its origin any more, and was refused")]
    private static partial void LogRefused(ILogger logger, string slug, NodeAddress upstream);

    [LoggerMessage(265, LogLevel.Information, "{Slug}: broadcast {BroadcastId} has ended: its origin is gone, and no other has gone on with it")]
    private static partial void LogOrphaned(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(262, LogLevel.Error, "{Slug}: following it failed")]
    private static partial void LogFailed(ILogger logger, string slug, Exception exception);

    private enum StreamEnd
    {
        /// <summary>Nothing came.</summary>
        Nothing,

        /// <summary>Nothing came, since others have all places.</summary>
        Full,

        /// <summary>Something came.</summary>
        Came,
    }
}
