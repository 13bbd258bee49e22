using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Recordings;

/// <content>
/// The list in memory follows the journal: what this node does to it, at once, and what other nodes do, soon. What waits for the journal is
/// written when it takes something again.
/// </content>
public sealed partial class RecordingLibrary
{
    /// <summary>Between two looks at what other nodes have done.</summary>
    public static readonly TimeSpan FollowingInterval = TimeSpan.FromSeconds(1);

    private readonly OneAtATime _following = new();
    private long _revision = -1;
    private int _isBehind;

    /// <summary>Looks what other nodes have done, and writes what waits for the journal, until cancelled.</summary>
    public async Task RunFollowingAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(FollowingInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await WriteWaitingAsync().ConfigureAwait(false);
                if (journal.IsShared)
                {
                    await FollowAsync().ConfigureAwait(false);
                }
            }
            catch (DbException)
            {
                // Whose journal is away is told by /health/ready, and where something waits for it in the log.
            }
            catch (Exception e)
            {
                LogBroken(e); // A mistake of ours: it ends this look, and neither the next nor the node.
            }
        }
    }

    /// <summary>Brings the list in line with the journal.</summary>
    /// <exception cref="DbException">It cannot be read now: the list stays as it is.</exception>
    public Task FollowAsync() => _following.DoAsync(async () =>
    {
        if (await journal.ReadChangesAsync(_revision).ConfigureAwait(false) is not { } changes)
        {
            return;
        }

        foreach (var gone in _recordings.Keys.Where(id => !changes.Ids.Contains(id)))
        {
            _recordings.TryRemove(gone, out _);
            _timelines.Remove(gone);
        }

        foreach (var recording in changes.Changed)
        {
            // What has just ended is there, until a look at the storage says otherwise.
            _recordings[recording.Id] = recording with { IsMissing = !recording.IsOn(journal.Storage) };
        }

        _revision = changes.Revision;
    });

    /// <summary>The journal takes nothing at the moment. Told once, until it does again.</summary>
    internal void TellBehind(BroadcastRecording broadcast, DbException failure)
    {
        if (Interlocked.Exchange(ref _isBehind, 1) == 0)
        {
            LogBehind(broadcast.Id, Databases.DatabaseFailure.Words(failure));
        }
    }

    /// <summary>Writes what waits for the journal, ends of broadcasts included.</summary>
    /// <exception cref="DbException">The journal takes nothing now.</exception>
    private async Task WriteWaitingAsync()
    {
        foreach (var growing in _growing.Values)
        {
            if (growing is { IsOver: true, Fate: RecordingFate.Open })
            {
                await EndLateAsync(growing).ConfigureAwait(false);
            }
            else if (growing.IsWaiting)
            {
                await FlushAsync(growing).ConfigureAwait(false);
            }
        }

        if (Interlocked.Exchange(ref _isBehind, 0) == 1)
        {
            LogCaughtUp();
        }
    }

    private async Task EndLateAsync(BroadcastRecording over)
    {
        await EndAsync(over).ConfigureAwait(false);
        if (over.IsGone)
        {
            Forget(over); // What leaves is deleted in a moment.
        }
    }

    [LoggerMessage(233, LogLevel.Warning,
        "The journal of recordings takes nothing; what is stored of {Id}, and of what else is live, is noted when it does again: {Reason}")]
    private partial void LogBehind(string id, string reason);

    [LoggerMessage(234, LogLevel.Information, "The journal of recordings takes what is written again, and has all that waited")]
    private partial void LogCaughtUp();
}
