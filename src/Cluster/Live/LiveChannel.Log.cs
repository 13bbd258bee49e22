using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Live;

public sealed partial class LiveChannel
{
    private void LogBegan(string slug, string broadcastId) => LogBegan(_logger, slug, broadcastId);

    private void LogEnded(string slug, string broadcastId) => LogEnded(_logger, slug, broadcastId);

    private void LogLeft(string slug, PublicationEnd end) => LogLeft(_logger, slug, end);

    private void LogTakenOver(string slug) => LogTakenOver(_logger, slug);

    private void LogHeldOff(string slug) => LogHeldOff(_logger, slug, TakeOvers.Max, TakeOvers.Within);

    private void LogRefused(string slug, string reason) => LogRefused(_logger, slug, reason);

    private void LogFailed(string slug, Exception exception) => LogFailed(_logger, slug, exception);

    private void LogNotLetGo(string slug, string broadcastId, Exception exception) =>
        LogNotLetGo(_logger, slug, broadcastId, exception);

    private void LogRunEnded(string slug, int epoch, TranscodeEnd end, string? message)
    {
        var level = end is TranscodeEnd.Completed or TranscodeEnd.Cancelled ? LogLevel.Debug : LogLevel.Warning;
        LogRunEnded(_logger, level, slug, epoch, end, message);
    }

    [LoggerMessage(200, LogLevel.Information, "{Slug}: broadcast {BroadcastId} began")]
    private static partial void LogBegan(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(201, LogLevel.Information, "{Slug}: broadcast {BroadcastId} ended")]
    private static partial void LogEnded(ILogger logger, string slug, string broadcastId);

    [LoggerMessage(202, LogLevel.Information, "{Slug}: the publisher left ({End})")]
    private static partial void LogLeft(ILogger logger, string slug, PublicationEnd end);

    [LoggerMessage(203, LogLevel.Information, "{Slug}: another publisher takes over")]
    private static partial void LogTakenOver(ILogger logger, string slug);

    [LoggerMessage(215, LogLevel.Warning,
        "{Slug}: publishers took over from each other {Max} times within {Within}; the one that is there keeps the channel")]
    private static partial void LogHeldOff(ILogger logger, string slug, int max, TimeSpan within);

    [LoggerMessage(204, LogLevel.Warning, "{Slug}: the stream was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string slug, string reason);

    [LoggerMessage(205, LogLevel.Error, "{Slug}: the stream could not be processed")]
    private static partial void LogFailed(ILogger logger, string slug, Exception exception);

    [LoggerMessage(207, LogLevel.Error, "{Slug}: broadcast {BroadcastId} could not be let go of")]
    private static partial void LogNotLetGo(ILogger logger, string slug, string broadcastId, Exception exception);

    [LoggerMessage(EventId = 206, Message = "{Slug}: transcode run {Epoch} ended: {End} {Message}")]
    private static partial void LogRunEnded(
        ILogger logger, LogLevel level, string slug, int epoch, TranscodeEnd end, string? message);
}
