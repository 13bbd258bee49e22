using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Playback;

/// <summary>Answers with a file from storage, which it disposes: HEAD and a single byte range included.</summary>
internal sealed class StoredMediaResult : IResult
{
    private const string RetryAfterSeconds = "2";

    private readonly Stream _content;
    private readonly string _type;
    private readonly string _cacheControl;

    private StoredMediaResult(Stream content, string type, string cacheControl) =>
        (_content, _type, _cacheControl) = (content, type, cacheControl);

    /// <summary>
    /// The answer with what <paramref name="open"/> opens; null when it is not there. Where it cannot be read, or too many files
    /// are open, whoever asks is told to come again.
    /// </summary>
    public static async Task<IResult?> OpenAsync(
        Func<CancellationToken, Task<Stream?>> open, string type, string cacheControl, HttpContext context)
    {
        try
        {
            if (await open(context.RequestAborted) is not { } content)
            {
                return null;
            }

            if (content is not FileStream file || OpenFiles.OfProcess.IsForViewers(file.SafeFileHandle))
            {
                return new StoredMediaResult(content, type, cacheControl);
            }

            await file.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Too many files, or a disk that fails.
        }

        context.Response.Headers.CacheControl = MediaTypes.Never;
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return TypedResults.Problem(
            title: "The file cannot be read now. Please try again.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (_content)
        {
            if (ByteRange.Begin(httpContext, _content.Length, _type, _cacheControl) is { } range)
            {
                await LentBody.WriteAsync(httpContext, _content, range);
            }
        }
    }
}
