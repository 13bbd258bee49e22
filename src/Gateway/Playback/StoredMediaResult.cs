using Streaming.Gateway.Connections;
using Streaming.Pipeline.Cmaf;

namespace Streaming.Gateway.Playback;

/// <summary>Answers with a file from storage, which it disposes: HEAD and a single byte range included.</summary>
internal sealed class StoredMediaResult : IResult
{
    private const string RetryAfterSeconds = "2";

    private readonly Stream _content;
    private readonly ByteRange _file;
    private readonly string _type;
    private readonly string _cacheControl;

    private StoredMediaResult(Stream content, ByteRange file, string type, string cacheControl) =>
        (_content, _file, _type, _cacheControl) = (content, file, type, cacheControl);

    /// <summary>
    /// The answer with what <paramref name="open"/> opens; null when it is not there. Where it cannot be read, or too many files
    /// are open, whoever asks is told to come again. With <paramref name="chunk"/>, that CMAF chunk of it stands for the file.
    /// </summary>
    public static async Task<IResult?> OpenAsync(
        Func<CancellationToken, Task<Stream?>> open, string type, string cacheControl, HttpContext context, int? chunk = null)
    {
        Stream? content = null;
        try
        {
            content = await open(context.RequestAborted);
            if (content is null)
            {
                return null;
            }

            if (content is not FileStream file || OpenFiles.OfProcess.IsForViewers(file.SafeFileHandle))
            {
                (long From, long To)? range =
                    chunk is { } index ? await CmafChunks.FindAsync(content, index, context.RequestAborted) : (0, content.Length);
                if (range is not var (from, to))
                {
                    return null;
                }

                var answer = new StoredMediaResult(content, new ByteRange(from, to), type, cacheControl);
                content = null; // The answer's own.
                return answer;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Too many files, or a disk that fails.
        }
        finally
        {
            await (content?.DisposeAsync() ?? default);
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
            if (ByteRange.Begin(httpContext, _file.Length, _type, _cacheControl) is { } range)
            {
                await LentBody.WriteAsync(httpContext, _content, new ByteRange(_file.From + range.From, _file.From + range.To));
            }
        }
    }
}
