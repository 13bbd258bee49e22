using System.Data.Common;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Recordings;

namespace Streaming.Cluster.Removal;

/// <summary>
/// Deletes channels with what belongs to them. Its entity comes first, and when that has stored it, it is final:
/// nobody can publish to the channel any more. Its recordings and its broadcast follow; what cannot be done now is done later, also by
/// the next run of the node.
/// </summary>
public sealed partial class ChannelRemoval(
    ChannelDirectory directory,
    ChannelRegistry registry,
    LiveChannels live,
    RecordingLibrary recordings,
    TimeProvider time,
    ILogger<ChannelRemoval> logger)
    : IDisposable, IChannelListener
{
    private readonly SemaphoreSlim _finishing = new(1);

    /// <summary>Deletes a channel; false when there is none.</summary>
    /// <exception cref="ChannelsUnavailableException">The journal takes nothing now: nothing has changed.</exception>
    public async Task<bool> RemoveAsync(string slug)
    {
        if (!await registry.DeleteAsync(slug).ConfigureAwait(false))
        {
            return false;
        }

        await FinishAsync(slug).ConfigureAwait(false);
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

    /// <summary>Where another node was asked for the deletion, what this one has of the channel goes, too.</summary>
    public void Hear(string slug)
    {
        // That all of its events are known is the evidence; what is only missing deletes nothing.
        if (directory.IsWhole(slug) && directory.Find(slug) is null)
        {
            _ = LeaveAsync(slug); // It does not throw.
        }
    }

    /// <summary>Finishes now what is left of deleted channels, and now and then what could not be finished, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RecordingLibrary.RetentionInterval, time);
        do
        {
            try
            {
                await FinishAllAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                LogBroken(e); // A mistake of ours: it ends this try, and neither the next nor the node.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes the recordings of all deleted channels off the list that still have some.</summary>
    public async Task FinishAllAsync()
    {
        foreach (var slug in directory.Leaving)
        {
            await FinishAsync(slug).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Takes the recordings of a deleted channel off the list; false when that cannot be done now. Only then may its name be given
    /// to another channel: that one would have them.
    /// </summary>
    public async Task<bool> FinishAsync(string slug)
    {
        await _finishing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (directory.IsLeaving(slug))
            {
                await recordings.LeaveChannelAsync(slug).ConfigureAwait(false);
                await registry.ClearAsync(slug).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (e is DbException or ChannelsUnavailableException)
        {
            LogLater(slug, e.Message);
            return false;
        }
        finally
        {
            _finishing.Release();
        }
    }

    /// <summary>Does not throw.</summary>
    private async Task LeaveAsync(string slug)
    {
        await Task.Yield(); // Not in the thread that heard of it.
        try
        {
            recordings.AbandonChannel(slug);
            await live.RemoveAsync(slug).ConfigureAwait(false);
            if (recordings.IsShared)
            {
                return; // Who deleted the channel has its recordings leave. By name they may be another one's by now.
            }

            await _finishing.WaitAsync().ConfigureAwait(false);
            try
            {
                if (directory.Find(slug) is null) // Nobody has made another one meanwhile.
                {
                    await recordings.LeaveChannelAsync(slug).ConfigureAwait(false);
                }
            }
            finally
            {
                _finishing.Release();
            }
        }
        catch (DbException e)
        {
            LogLater(slug, e.Message);
        }
        catch (ObjectDisposedException)
        {
            // The node ends.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogStopFailed(slug, e);
        }
    }

    public void Dispose() => _finishing.Dispose();

    [LoggerMessage(240, LogLevel.Error, "Channel {Slug} was deleted, but its broadcast did not end as it should")]
    private partial void LogStopFailed(string slug, Exception exception);

    [LoggerMessage(242, LogLevel.Error, "What is left of deleted channels could not be finished; it is tried again")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(241, LogLevel.Warning, "Channel {Slug} was deleted; its recordings will be when the databases let them: {Reason}")]
    private partial void LogLater(string slug, string reason);
}
