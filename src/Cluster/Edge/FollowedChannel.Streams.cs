using Microsoft.Extensions.Logging;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <content>The stream: where it comes from, and what is done when it breaks off.</content>
internal sealed partial class FollowedChannel
{
    /// <summary>Time from one attempt to the next: the first soon, each twice as long as the one before up to the last, and each shortened by chance.</summary>
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

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
        if (Upstream is not var (origin, epoch))
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

            if (end is not StreamEnd.Full && !stream.IsCancellationRequested)
            {
                _looked.TrySetResult(); // Else somebody has it and tells so in a moment, or it was broken off here to be opened anew.
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
                    _goesOn(_slug, _replicas.Current!);
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

    /// <summary>Who is to be followed: the origin, or where it is gone and nothing is here, one of those who have what it told.</summary>
    private (NodeAddress Address, long Epoch)? Upstream =>
        Origin is { } origin && origin.Epoch >= _epoch ? origin
        : _replicas.Newest is null && AnyReplica() is { } replica ? (replica, _epoch)
        : null;

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
        if (Origin is not null || _replicas.Current is not { Snapshot: not null, IsEnded: false, GoesOnHere: false } replica)
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
