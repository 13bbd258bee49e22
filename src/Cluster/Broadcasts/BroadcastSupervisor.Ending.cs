using Akka.Actor;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Channels;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts;

/// <content>The passing of time: publishers that do not come back, broadcasts that end and are let go.</content>
internal sealed partial class BroadcastSupervisor
{
    private static readonly PublishAnswer.Refused HeldOff = new(
        "Another encoder publishes with the same stream key, and they kept taking over from each other. Stop one of them, or make "
        + "a new stream key on the studio page.",
        PublishRefusal.InUse);

    /// <summary>What a publisher is told whose claim was overtaken by another.</summary>
    private static readonly PublishAnswer.Refused Overtaken = new("Another server has this channel by now. Please connect again.");

    /// <summary>What a publisher is told whose claim could not be stored, where another node may be the origin.</summary>
    private static readonly PublishAnswer.Refused NotClaimed = new("The server's database gives no answer. Please try again in a moment.");

    /// <summary>How long a publisher has to go on until an earlier one's trouble is over.</summary>
    private static readonly TimeSpan RefusalKept = TimeSpan.FromMinutes(1);

    private void Look()
    {
        if (_broadcast is not null)
        {
            _broadcast.Ingress.Send(SourceEvent.SecondPassed.Instance);
            if (Publication is not null)
            {
                ForgetRefusal();
            }
            else if (!_isEnding && _time.GetElapsedTime(_disconnectedAt) >= _settings.Options.ReconnectWindow)
            {
                BeginEnding();
            }

            EndIfDrained();
        }

        Retire();
    }

    private void ForgetRefusal()
    {
        var longAgo = _time.GetUtcNow() - RefusalKept;
        if (_channel.Refusal is { } refusal && refusal.At < longAgo && _connectedAt < longAgo)
        {
            _channel.Refusal = null;
        }
    }

    /// <summary>The broadcast is over; what is still with the transcoder may come for a moment.</summary>
    private void BeginEnding()
    {
        _isEnding = true;
        _endingAt = _time.GetTimestamp();
        EndIfDrained();
    }

    private void EndIfDrained()
    {
        if (_isEnding && (_broadcast!.Rungs.IsDrained || _time.GetElapsedTime(_endingAt) >= DrainTimeout))
        {
            EndBroadcast();
        }
    }

    private void EndBroadcast()
    {
        var broadcast = _broadcast!;
        (_broadcast, _isEnding) = (null, false);
        _ended.Add(new(broadcast, _time.GetTimestamp()));
        _channel.End();
        broadcast.Ingress.Send(SourceEvent.Over.Instance);
        LogEnded(_logger, _channel.Slug, broadcast.Id);
        if (_settings.Claims is { } claims && broadcast.Epoch != ChannelClaims.Unstored)
        {
            Await(claims.EndBroadcastAsync(_channel.Slug, broadcast.Epoch, broadcast.Id));
        }

        GiveBackIfIdle();
    }


    /// <summary>A node without a broadcast of the channel is not its origin. Commands are sent in this order, and are stored in it.</summary>
    private void GiveBackIfIdle()
    {
        if (_isOrigin && _broadcast is null && _settings.Claims is { } claims)
        {
            _isOrigin = !_channel.TryGiveBack(() => Await(claims.ReleaseAsync(_channel.Slug, _epoch)));
        }
    }

    /// <summary>The channel's entity is being told something: the supervisor does not stop before that.</summary>
    private void Await(Task told)
    {
        _told.RemoveAll(static earlier => earlier.IsCompleted);
        _told.Add(told);
    }

    /// <summary>It should have ended only after <see cref="EndBroadcast"/>, and not by a fault: stages catch what they call.</summary>
    private void OnGraphEnded(GraphEnded ended)
    {
        if (ended.Exception is not null)
        {
            LogFailed(_logger, _channel.Slug, ended.Exception);
            _settings.Instruments?.Broadcasts.Failed("graph");
        }

        if (!ended.Broadcast.Timeline.Announcement.Over.IsCompleted)
        {
            ended.Broadcast.Abandon();
        }

        if (ended.Broadcast == _broadcast)
        {
            if (Publication is not null)
            {
                Publication.Revoke(BroadcastSource.Failed);
                Left();
            }

            EndBroadcast();
        }
    }

    /// <summary>Lets go of broadcasts whose time is over.</summary>
    private void Retire()
    {
        while (_ended is [var oldest, ..] && _time.GetElapsedTime(oldest.EndedAt) >= _settings.Options.Retention)
        {
            _ended.RemoveAt(0);
            _channel.Remove(oldest.Broadcast);
            _ = LetGoAsync(_logger, _channel.Slug, oldest.Broadcast);
        }

        if (_broadcast is null && _ended.Count == 0)
        {
            _ticker?.Dispose();
            _ticker = null;
        }
    }

    /// <summary>Ends the broadcast and lets go of all, and then itself.</summary>
    private void Stop()
    {
        _isStopping = true;
        try
        {
            if (Publication is not null)
            {
                Revoke("The server is going down.");
            }

            if (_broadcast is not null)
            {
                EndBroadcast();
            }
        }
        finally
        {
            EndAfter(Task.CompletedTask);
        }
    }

    /// <summary>Ends itself when all is let go of, and that is done.</summary>
    private void EndAfter(Task done)
    {
        var (self, logger, slug) = (Self, _logger, _channel.Slug);
        var letGo = Task.WhenAll([done, .. _told, .. _ended.Select(ended => LetGoAsync(logger, slug, ended.Broadcast))]);
        _ended.Clear();
        letGo.ContinueWith(_ => self.Tell(PoisonPill.Instance), TaskScheduler.Default);
    }

    /// <summary>What still comes while everything is let go of.</summary>
    private void HandleAtTheEnd(object message)
    {
        switch (message)
        {
            case BeginPublication begin:
                begin.Publication.Answer(GoingDown);
                break;
            case GraphEnded ended:
                OnGraphEnded(ended);
                break;
            case ClaimOvertaken overtaken when overtaken.Epoch > _epoch:
                _heirCame.TrySetResult();
                break;
        }
    }

    private static async Task LetGoAsync(ILogger logger, string slug, Broadcast broadcast)
    {
        try
        {
            await broadcast.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotLetGo(logger, slug, broadcast.Id, e);
        }
    }

    [LoggerMessage(200, LogLevel.Information, "{Slug}: broadcast {BroadcastId} began")]
    private static partial void LogBegan(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(201, LogLevel.Information, "{Slug}: broadcast {BroadcastId} ended")]
    private static partial void LogEnded(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(203, LogLevel.Information, "{Slug}: another publisher takes over")]
    private static partial void LogTakenOver(ILogger logger, string slug);

    [LoggerMessage(215, LogLevel.Warning,
        "{Slug}: publishers took over from each other {Max} times within {Within}; the one that is there keeps the channel")]
    private static partial void LogHeldOff(ILogger logger, string slug, int max, TimeSpan within);

    [LoggerMessage(208, LogLevel.Error, "{Slug}: its broadcast failed")]
    private static partial void LogFailed(ILogger logger, string slug, Exception exception);

    [LoggerMessage(207, LogLevel.Error, "{Slug}: broadcast {BroadcastId} could not be let go of")]
    private static partial void LogNotLetGo(ILogger logger, string slug, string broadcastId, Exception exception);
}
