using System.Data.Common;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Live;
using Streaming.Cluster.Recordings;

namespace Streaming.Cluster.Channels;

/// <summary>
/// Deletes channels with what belongs to them. The directory comes first, and when it has let go of a channel that is final:
/// nobody can publish to it any more. Its recordings and its broadcast follow; what cannot be done now is done later, also by
/// the next run of the node.
/// </summary>
public sealed partial class ChannelRemoval(
    ChannelDirectory directory,
    LiveChannels live,
    RecordingLibrary recordings,
    TimeProvider time,
    ILogger<ChannelRemoval> logger)
{
    private readonly Lock _finishing = new();

    /// <summary>Deletes a channel; false when there is none.</summary>
    /// <exception cref="DbException">The directory takes nothing now: nothing has changed.</exception>
    public async Task<bool> RemoveAsync(string slug)
    {
        if (!directory.Delete(slug))
        {
            return false;
        }

        Finish(slug);
        try
        {
            await live.RemoveAsync(slug).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogStopFailed(slug, e); // Its publisher has gone all the same, and nothing of it is kept.
        }

        try
        {
            await recordings.FinishLeavingAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            LogLater(slug, e.Message);
        }

        return true;
    }

    /// <summary>Finishes now what is left of deleted channels, and now and then what could not be finished, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RecordingLibrary.RetentionInterval, time);
        do
        {
            try
            {
                FinishAll();
            }
            catch (Exception e)
            {
                LogBroken(e); // A mistake of ours: it ends this try, and neither the next nor the node.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes the recordings of all deleted channels off the list that still have some.</summary>
    public void FinishAll()
    {
        foreach (var slug in directory.Leaving)
        {
            Finish(slug);
        }
    }

    /// <summary>
    /// Takes the recordings of a deleted channel off the list; false when that cannot be done now. Only then may its name be given
    /// to another channel: that one would have them.
    /// </summary>
    public bool Finish(string slug)
    {
        lock (_finishing)
        {
            if (!directory.Leaving.Contains(slug))
            {
                return true;
            }

            try
            {
                recordings.LeaveChannel(slug);
                directory.Forget(slug);
                return true;
            }
            catch (DbException e)
            {
                LogLater(slug, e.Message);
                return false;
            }
        }
    }

    [LoggerMessage(240, LogLevel.Error, "Channel {Slug} was deleted, but its broadcast did not end as it should")]
    private partial void LogStopFailed(string slug, Exception exception);

    [LoggerMessage(242, LogLevel.Error, "What is left of deleted channels could not be finished; it is tried again")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(241, LogLevel.Warning, "Channel {Slug} was deleted; its recordings will be when the databases let them: {Reason}")]
    private partial void LogLater(string slug, string reason);
}
