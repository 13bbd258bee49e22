using Microsoft.AspNetCore.Http.Extensions;

namespace Streaming.Gateway.Playback;

/// <summary>Answers with a file from storage, which it disposes: HEAD and a single byte range included.</summary>
/// <param name="content">The file, or the one that it is a part of.</param>
/// <param name="type">Its media type.</param>
/// <param name="cacheControl">How long it may be kept.</param>
/// <param name="part">Where it lies in <paramref name="content"/>; null where it is all of it.</param>
internal sealed class StoredMediaResult(Stream content, string type, string cacheControl, ByteRange? part = null) : IResult
{
    private const int BufferLength = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (content)
        {
            var file = part ?? new ByteRange(0, content.Length);
            if (ByteRange.Begin(httpContext, file.Length, type, cacheControl) is { } range)
            {
                content.Position = file.From + range.From;
                await StreamCopyOperation.CopyToAsync(
                    content, httpContext.Response.Body, range.Length, BufferLength, httpContext.RequestAborted);
            }
        }
    }
}
