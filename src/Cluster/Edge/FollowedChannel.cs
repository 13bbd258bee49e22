using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <summary>
/// A channel that is live on another node and has viewers on this one: follows it on one stream, however many there are, and keeps the replicas of its
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
    private int _shares;
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
            _isClosed |= _shares == 0 && _settings.Time.GetElapsedTime(_askedAt) >= idleMax;
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
            _replicas.Close();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _replicas.Dispose();
        _closing.Dispose();
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

            _looked.TrySetResult();
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
            return await FollowAsync(origin, stream.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _stream = null;
            }
        }
    }

    private async Task<bool> FollowAsync(NodeAddress upstream, CancellationToken cancellationToken)
    {
        var came = false;
        var current = _replicas.Current;
        try
        {
            await foreach (var happened in _settings.Upstream
                .FollowAsync(upstream, _slug, new(_epoch, current?.Id, current?.IsEnded == true), cancellationToken).ConfigureAwait(false))
            {
                if (!_replicas.Take(happened, upstream, _epoch))
                {
                    LogRefused(_settings.Logger, _slug, upstream);
                    _settings.Instruments?.Refused();
                    return false;
                }

                _epoch = Math.Max(_epoch, _replicas.Current!.Epoch);
                if (happened is FollowEvent.Published && !came)
                {
                    came = true;
                    _looked.TrySetResult();
                }
            }
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

        return came;
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

    [LoggerMessage(262, LogLevel.Error, "{Slug}: following it failed")]
    private static partial void LogFailed(ILogger logger, string slug, Exception exception);
}
