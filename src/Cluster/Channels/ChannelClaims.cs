using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Channels;

/// <summary>Makes this node the origin of the channels whose publishers come to it, and tells when it is so no more.</summary>
public sealed partial class ChannelClaims(ChannelRegistry registry, ILogger<ChannelClaims> logger)
{
    /// <summary>The epoch of a publisher whose claim could not be stored. It is below all others.</summary>
    public const long Unstored = 0;

    /// <summary>Other nodes can be a channel's origin: one whose claim could not be stored is not.</summary>
    public bool AreNeeded => registry.IsShared;

    /// <summary>
    /// Whether a publisher may begin: the epoch that it does so under, null if it may not. Where the journal takes nothing it is
    /// <see cref="Unstored"/>: its key was right a moment ago, and nobody waits for a disk. A node that is alone lets it in; one that is
    /// not (<see cref="AreNeeded"/>) does so where it is the origin already.
    /// </summary>
    public async Task<long?> TryAsync(string slug, string streamKey)
    {
        try
        {
            return await registry.ClaimAsync(slug, streamKey).ConfigureAwait(false);
        }
        catch (ChannelsUnavailableException e)
        {
            LogNotStored(slug, e.Message);
            return Unstored;
        }
    }

    /// <summary>Writes that a broadcast of this node has ended. Does not throw: nothing depends on it.</summary>
    public Task EndBroadcastAsync(string slug, long epoch, string broadcastId) =>
        TellAsync(slug, "the end of its broadcast", registry.EndBroadcastAsync(slug, epoch, broadcastId));

    /// <summary>
    /// Writes that a broadcast of an earlier run of this node has ended, and gives its channel back. Both are sent before this
    /// returns. Does not throw: where the channel has a newer origin, it has ended already.
    /// </summary>
    public Task EndInterruptedAsync(string slug, long epoch, string broadcastId) =>
        Task.WhenAll(EndBroadcastAsync(slug, epoch, broadcastId), ReleaseAsync(slug, epoch));

    /// <summary>Gives the channel back. Does not throw: where it fails, the next claim of this node has the same epoch.</summary>
    public Task ReleaseAsync(string slug, long epoch) =>
        TellAsync(slug, "that this node is its origin no more", registry.ReleaseAsync(slug, epoch));

    private async Task TellAsync(string slug, string what, Task telling)
    {
        try
        {
            await telling.ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChannelsUnavailableException or ObjectDisposedException)
        {
            LogNotTold(slug, what, e.Message);
        }
    }

    [LoggerMessage(244, LogLevel.Warning, "{Slug}: the claim of a publisher could not be stored: {Reason}")]
    private partial void LogNotStored(string slug, string reason);

    [LoggerMessage(245, LogLevel.Warning, "{Slug}: {What} could not be stored: {Reason}")]
    private partial void LogNotTold(string slug, string what, string reason);
}
