namespace Streaming.Gateway.Playback;

/// <summary>
/// Answers with a file that was written a moment ago, which it disposes: HEAD and a single byte range included. The kernel has it
/// in its cache and sends it from there.
/// </summary>
internal sealed class FileResult(FileStream file, string type, string cacheControl) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (file)
        {
            if (ByteRange.Begin(httpContext, file.Length, type, cacheControl) is { } range)
            {
                await LentBody.WriteAsync(httpContext, file, range);
            }
        }
    }
}
