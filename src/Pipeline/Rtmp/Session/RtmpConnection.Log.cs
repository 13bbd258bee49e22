using System.Net;
using Microsoft.Extensions.Logging;

namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>What a connection logs. Event ids 1100 to 1149 are RTMP's.</summary>
public sealed partial class RtmpConnection
{
    [LoggerMessage(1100, LogLevel.Debug, "{ConnectionId} opened from {Remote}")]
    private partial void LogOpened(string connectionId, EndPoint? remote);

    /// <summary>
    /// One line for a connection that never published, and a kind of its own: what strangers do must not crowd out what
    /// broadcasters do. One that was refused has its line already.
    /// </summary>
    private void TellEnd()
    {
        if (_session.HasPublished)
        {
            LogClosed(_connectionId, _reason, _reasonText, _outbound.Dropped);
        }
        else if (_reason is not CloseReason.Refused)
        {
            LogClosedUnpublished(_connectionId, _remote, _reason, _reasonText);
        }
    }

    [LoggerMessage(1105, LogLevel.Information,
        "{ConnectionId} closed: {Reason} ({Text}); {DroppedWrites} of our writes were never read")]
    private partial void LogClosed(string connectionId, CloseReason reason, string? text, long droppedWrites);

    [LoggerMessage(1107, LogLevel.Information, "{ConnectionId} from {Remote} closed without publishing: {Reason} ({Text})")]
    private partial void LogClosedUnpublished(string connectionId, EndPoint? remote, CloseReason reason, string? text);

    [LoggerMessage(1106, LogLevel.Error, "{ConnectionId} failed")]
    private partial void LogFailed(string connectionId, Exception exception);
}
