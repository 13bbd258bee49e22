using System.Net;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Rtmp.Session;

namespace Streaming.Pipeline.Rtmp;

/// <summary>What a connection logs. Event ids 1100 to 1149 are RTMP's.</summary>
public sealed partial class RtmpConnection
{
    [LoggerMessage(1100, LogLevel.Debug, "{ConnectionId} opened from {Remote}")]
    private partial void LogOpened(string connectionId, EndPoint? remote);

    [LoggerMessage(1105, LogLevel.Information,
        "{ConnectionId} closed: {Reason} ({Text}); {DroppedWrites} of our writes were never read")]
    private partial void LogClosed(string connectionId, CloseReason reason, string? text, long droppedWrites);

    [LoggerMessage(1106, LogLevel.Error, "{ConnectionId} failed")]
    private partial void LogFailed(string connectionId, Exception exception);
}
