using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts;

/// <content>A broadcast goes from one node to another: taken over here, let go of there.</content>
internal sealed partial class BroadcastSupervisor
{
    /// <summary>
    /// How long a node that ends waits for the encoder to come to another one: encoders connect again after some seconds. Without a standby the last words of
    /// this node are all that there is.
    /// </summary>
    private static readonly TimeSpan HeirTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long the next origin has to hear them.</summary>
    private static readonly TimeSpan LastWordsTimeout = TimeSpan.FromSeconds(1);

    private const string MovesOn = "The server is going down. Another one goes on with the broadcast: please connect again.";

    private readonly TaskCompletionSource _heirCame = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// The broadcast that another node has begun, from now on here; null where it cannot go on: it has ended, was lost sight of longer than a publisher is
    /// waited for, or is cut by other settings than this node's.
    /// </summary>
    private Broadcast? Resumed(ILiveBroadcast earlier, long epoch)
    {
        if (earlier.Snapshot is not { IsEnded: false } snapshot
            || _time.GetUtcNow() - snapshot.PublishedAt > _settings.Options.ReconnectWindow
            || snapshot.TargetDuration != _settings.Options.Segments.Limit
            || BegunBroadcast.Of(snapshot, earlier.Media, _settings.Options.IsStorageShared) is not { } begun)
        {
            return null;
        }

        var broadcast = Make(earlier.Id, epoch, earlier.StartedAt);
        broadcast.GoOn(begun);
        LogResumed(_logger, _channel.Slug, broadcast.Id, begun.Point.Newest.MediaSequence);
        _settings.Instruments?.Broadcasts.Resumed();
        Run(broadcast);
        return broadcast;
    }

    /// <summary>Another node has the channel by now, and goes on with the broadcast: what is here stops, whatever the encoder still sends.</summary>
    private void YieldTo(long epoch)
    {
        (_epoch, _isOrigin) = (epoch, false);
        LogOvertaken(_logger, _channel.Slug, _broadcast!.Id);
        if (Publication is not null)
        {
            Revoke(Overtaken.Reason);
        }

        if (_isEnding)
        {
            EndBroadcast(); // Its publisher has said so.
        }
        else if (_broadcast is not null)
        {
            LetGo();
        }
    }

    /// <summary>
    /// This node ends, and another one is to go on: its publisher is sent there. Other nodes are told that the broadcast is here until one of them has it.
    /// </summary>
    private void HandOver()
    {
        if (_broadcast is not { } broadcast || _isEnding || !_isOrigin)
        {
            Stop();
            return;
        }

        _isStopping = true;
        if (Publication is { } publication)
        {
            publication.SendElsewhere(MovesOn);
            Leave(PublicationEnd.Revoked);
        }

        LogHandsOver(_logger, _channel.Slug, broadcast.Id);
        _broadcast = null;
        LetGo(broadcast);
        EndAfter(Task.WhenAll(broadcast.Archived, HeirAsync()));
    }

    private async Task HeirAsync()
    {
        var (heir, time) = (_heirCame.Task, _time);
        await heir.WaitAsync(HeirTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (heir.IsCompleted)
        {
            await Task.Delay(LastWordsTimeout, time).ConfigureAwait(false);
        }
    }

    /// <summary>The broadcast is to go on at another node, which has it by now.</summary>
    private void LetGo()
    {
        var broadcast = _broadcast!;
        _broadcast = null;
        _ended.Add(new(broadcast, _time.GetTimestamp()));
        LetGo(broadcast);
        _channel.End();
    }

    /// <summary>Nobody is told that it has ended: it has not.</summary>
    private void LetGo(Broadcast broadcast)
    {
        broadcast.LetGo();
        broadcast.Ingress.Send(SourceEvent.Over.Instance);
        _settings.Instruments?.Broadcasts.LetGo();
    }

    [LoggerMessage(219, LogLevel.Information, "{Slug}: this node ends, and another one is to go on with broadcast {BroadcastId}")]
    private static partial void LogHandsOver(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(216, LogLevel.Information, "{Slug}: another node is its origin by now, and goes on with broadcast {BroadcastId}")]
    private static partial void LogOvertaken(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(217, LogLevel.Information, "{Slug}: broadcast {BroadcastId} goes on here after segment {MediaSequence}")]
    private static partial void LogResumed(ILogger logger, string slug, string broadcastId, long mediaSequence);
}
