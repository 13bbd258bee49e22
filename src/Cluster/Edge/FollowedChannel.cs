using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Edge;

/// <summary>What all followed channels are made with.</summary>
internal sealed record FollowSettings(
    OriginDirectory Origins,
    IUpstream Upstream,
    IMediaStorage Storage,
    OriginMedia Fetched,
    TimeSpan Retention,
    TimeProvider Time,
    FollowInstruments? Instruments,
    ILogger Logger);

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
    private readonly Action<string, BroadcastReplica> _goesOn;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimelineSignal _moved = new();
    private readonly Lock _gate = new();
    private readonly Task _following;
    private volatile Kept[] _kept = [];
    private CancellationTokenSource? _stream;
    private (NodeAddress Address, long Epoch) _origin; // Of the stream.
    private BroadcastReplica? _replica; // What the stream is of.
    private long _epoch;
    private long _askedAt;
    private bool _isClosed;

    /// <param name="slug">The channel.</param>
    /// <param name="settings">How it is followed.</param>
    /// <param name="goesOn">Is called when a stream has brought the first that can be read.</param>
    public FollowedChannel(string slug, FollowSettings settings, Action<string, BroadcastReplica> goesOn)
    {
        (_slug, _settings, _goesOn) = (slug, settings, goesOn);
        _askedAt = settings.Time.GetTimestamp();
        _following = Task.Run(RunAsync);
    }

    /// <summary>The newest broadcast that came; null before the first.</summary>
    public BroadcastReplica? Newest => _kept is [var newest, ..] ? newest.Replica : null;

    /// <summary>Completes when a broadcast has come, or could not be had.</summary>
    public Task Looked => _looked.Task;

    /// <summary>The broadcast of that id, while it can be read.</summary>
    public BroadcastReplica? Find(string broadcastId) => Array.Find(_kept, kept => kept.Replica.Id == broadcastId)?.Replica;

    /// <summary>Who has it now, and can be followed.</summary>
    private (NodeAddress Address, long Epoch)? Origin =>
        _settings.Origins.Find(_slug) is { Media: { } address, Epoch: var epoch } ? (address, epoch) : null;

    /// <summary>Somebody asks for it. False when it has been closed.</summary>
    public bool TryAsk()
    {
        Volatile.Write(ref _askedAt, _settings.Time.GetTimestamp());
        return !Volatile.Read(ref _isClosed);
    }

    /// <summary>Its origin is another one than before.</summary>
    public void Move()
    {
        lock (_gate)
        {
            if (_stream is not null && Origin is { } now && now != _origin && now.Epoch >= _epoch)
            {
                _ = _stream.CancelAsync(); // Whoever tells of the origin does not wait for that.
            }
        }

        _moved.Pulse();
    }

    /// <summary>Lets go of broadcasts whose time is over. True when nobody has asked for the channel for that long: then it is closed.</summary>
    public bool Look(TimeSpan idleMax)
    {
        var now = _settings.Time.GetTimestamp();
        lock (_gate)
        {
            foreach (var kept in _kept)
            {
                kept.OverSince ??= kept.Replica.IsEnded || kept.Replica != Newest ? now : null;
            }

            foreach (var over in _kept.Where(
                kept => kept.OverSince is { } since && _settings.Time.GetElapsedTime(since, now) >= _settings.Retention).ToList())
            {
                _kept = [.. _kept.Where(kept => kept != over)];
                over.Replica.Dispose();
            }
        }

        if (_settings.Time.GetElapsedTime(Volatile.Read(ref _askedAt), now) < idleMax)
        {
            return false;
        }

        Volatile.Write(ref _isClosed, true);
        return true;
    }

    /// <summary>Ends the stream, and lets go of all.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isClosed, true);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        foreach (var kept in _kept)
        {
            kept.Replica.Dispose();
        }

        _kept = [];
        _replica?.Dispose();
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
    }

    /// <summary>Follows until the stream ends. False when nothing came on it.</summary>
    private async Task<bool> FollowAsync()
    {
        if (Origin is not var (origin, epoch) || epoch < _epoch)
        {
            return false;
        }

        _epoch = epoch;
        var stream = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        lock (_gate)
        {
            (_stream, _origin) = (stream, (origin, epoch));
        }

        var came = false;
        try
        {
            await foreach (var happened in _settings.Upstream
                .FollowAsync(origin, _slug, new(_epoch, _replica?.Id, _replica?.IsEnded == true), stream.Token).ConfigureAwait(false))
            {
                if (!Take(happened, origin))
                {
                    LogRefused(_settings.Logger, _slug, origin);
                    _settings.Instruments?.Refused();
                    return false;
                }

                if (happened is FollowEvent.Published && !came)
                {
                    came = true;
                    _goesOn(_slug, _replica!);
                }
            }
        }
        catch (Exception e) when (e is UpstreamException or InvalidDataException or OperationCanceledException
            && !_closing.IsCancellationRequested)
        {
            if (came)
            {
                LogBroken(_settings.Logger, _slug, origin, e.Message);
            }
            else
            {
                LogNotFollowed(_settings.Logger, _slug, origin, e.Message);
            }

            _settings.Instruments?.Reconnects();
        }
        finally
        {
            lock (_gate)
            {
                _stream = null;
            }

            stream.Dispose();
        }

        return came;
    }

    /// <summary>Takes what came; false when it is of an origin that has been overtaken.</summary>
    private bool Take(FollowEvent happened, NodeAddress origin)
    {
        switch (happened)
        {
            case FollowEvent.Began began when began.Epoch < _epoch:
                return false;
            case FollowEvent.Began began:
                _epoch = began.Epoch;
                if (Find(began.BroadcastId) is { } known && known.TryGoOn(began))
                {
                    known.ComesFrom(origin);
                    _replica = known;
                    return true;
                }

                if (_replica is { Snapshot: null } unseen)
                {
                    unseen.Dispose();
                }

                _replica = new BroadcastReplica(began, StorageOf(began.BroadcastId, origin));
                return true;
            case FollowEvent.MediaCame came:
                _settings.Instruments?.Received(came.Data.Length);
                break;
        }

        if (_replica is not { } replica)
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
            }

            _looked.TrySetResult();
        }

        return true;
    }

    /// <summary>Where segments are that are not in memory any more.</summary>
    private OriginStorage StorageOf(string broadcastId, NodeAddress origin) =>
        new(_settings.Storage, _settings.Fetched, _slug, broadcastId, origin);

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

    [LoggerMessage(260, LogLevel.Information, "{Slug}: the stream from its origin {Origin} broke off: {Reason}")]
    private static partial void LogBroken(ILogger logger, string slug, NodeAddress origin, string reason);

    [LoggerMessage(263, LogLevel.Debug, "{Slug}: it cannot be followed at {Origin}: {Reason}")]
    private static partial void LogNotFollowed(ILogger logger, string slug, NodeAddress origin, string reason);

    [LoggerMessage(261, LogLevel.Warning, "{Slug}: {Origin} is not its origin any more, and was refused")]
    private static partial void LogRefused(ILogger logger, string slug, NodeAddress origin);

    [LoggerMessage(262, LogLevel.Error, "{Slug}: following it failed")]
    private static partial void LogFailed(ILogger logger, string slug, Exception exception);

    private sealed class Kept(BroadcastReplica replica)
    {
        public BroadcastReplica Replica => replica;

        /// <summary>When it was seen that nothing comes any more.</summary>
        public long? OverSince { get; set; }
    }
}
