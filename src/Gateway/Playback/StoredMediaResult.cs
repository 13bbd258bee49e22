using Microsoft.AspNetCore.Http.Extensions;

namespace Streaming.Gateway.Playback;

/// <summary>Answers with a file from storage, which it disposes: HEAD and a single byte range included.</summary>
internal sealed class StoredMediaResult(Stream content, string type, string cacheControl) : IResult
{
    private const int BufferLength = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (content)
        {
            if (ByteRange.Begin(httpContext, content.Length, type, cacheControl) is { } range)
            {
                content.Position = range.From;
                await StreamCopyOperation.CopyToAsync(
                    content, httpContext.Response.Body, range.Length, BufferLength, httpContext.RequestAborted);
            }
        }
    }
}
