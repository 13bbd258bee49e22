using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Databases;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.Api;

/// <summary>
/// Answers requests that a database or the storage refused. Whatever changes something asks them first: what they refuse has
/// changed nothing.
/// </summary>
internal sealed partial class StorageProblem(ILogger<StorageProblem> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (DbException or IOException or UnauthorizedAccessException)
            || exception is BadHttpRequestException || httpContext.RequestAborted.IsCancellationRequested)
        {
            return false;
        }

        LogRefused(httpContext.Request.Method, exception.Message);
        var isFull = exception is StorageFullException or ChannelsUnavailableException { IsDiskFull: true }
            || (exception is DbException database && DatabaseFailure.IsFull(database));
        await TypedResults.Problem(
            title: isFull ? "The server's disk is full." : "The server's storage does not take this now.",
            detail: $"{Outcome(exception)}/health/ready tells more.{Reason(exception)}",
            statusCode: isFull ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable)
            .ExecuteAsync(httpContext);
        return true;
    }

    private static string Outcome(Exception exception) =>
        exception is ChannelsUnavailableException { IsUnchanged: false } ? "" : "Nothing was changed. ";

    /// <summary>What a database or storage of ours says; what the operating system says may name folders.</summary>
    private static string Reason(Exception exception) =>
        exception is DbException or StorageFullException or ChannelsUnavailableException ? " " + exception.Message : "";

    [LoggerMessage(310, LogLevel.Warning, "{Method} was refused by the storage: {Reason}")]
    private partial void LogRefused(string method, string reason);
}
