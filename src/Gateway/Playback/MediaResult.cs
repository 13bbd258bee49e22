using System.Collections.Immutable;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Answers with bytes that are in memory, in one or more pieces: HEAD and a single byte range included. The pieces go to the
/// connection as they are; nothing is put together first.
/// </summary>
internal sealed class MediaResult(ImmutableArray<ReadOnlyMemory<byte>> pieces, long length, string type, string cacheControl)
    : IResult
{
    public MediaResult(ReadOnlyMemory<byte> data, string type, string cacheControl)
        : this([data], data.Length, type, cacheControl)
    {
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (ByteRange.Begin(httpContext, length, type, cacheControl) is not { } range)
        {
            return;
        }

        await LentBody.WriteAsync(httpContext, pieces, range);
    }
}
