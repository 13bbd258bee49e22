using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Channels;

/// <summary>Makes this node the origin of the channels whose publishers come to it.</summary>
public sealed partial class ChannelClaims(ChannelRegistry registry, ILogger<ChannelClaims> logger)
{
    /// <summary>
    /// Whether a publisher may begin. Where the journal takes nothing it may: its key was right a moment ago, nobody waits for a disk,
    /// and no other node can be the origin as long as there is one node alone.
    /// </summary>
    public async Task<bool> TryAsync(string slug, string streamKey)
    {
        try
        {
            return await registry.ClaimAsync(slug, streamKey).ConfigureAwait(false) is not null;
        }
        catch (ChannelsUnavailableException e)
        {
            LogNotStored(slug, e.Message);
            return true;
        }
    }

    [LoggerMessage(244, LogLevel.Warning, "{Slug}: a publisher was let in whose claim could not be stored: {Reason}")]
    private partial void LogNotStored(string slug, string reason);
}
