using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Memory;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Answers with bytes that are in memory, in one or more pieces: HEAD and a single byte range included. The pieces go to the
/// connection as they are; nothing is put together first.
/// </summary>
internal sealed class MediaResult : IResult
{
    private readonly MediaHold _hold;
    private readonly ImmutableArray<ReadOnlyMemory<byte>> _pieces;
    private readonly long _length;
    private readonly string _type;
    private readonly string _cacheControl;

    /// <summary>An answer with bytes that are the caller's own.</summary>
    public MediaResult(ReadOnlyMemory<byte> data, string type, string cacheControl) =>
        (_pieces, _length, _type, _cacheControl) = ([data], data.Length, type, cacheControl);

    /// <summary>An answer with bytes at the live edge, which it lets go of.</summary>
    public MediaResult(MediaHold hold, string type, string cacheControl) =>
        (_hold, _pieces, _length, _type, _cacheControl) = (hold, hold.Pieces, hold.Length, type, cacheControl);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (ByteRange.Begin(httpContext, _length, _type, _cacheControl) is { } range)
        {
            await LentBody.WriteAsync(httpContext, _pieces, range);
        }

        _hold.Release(); // Not in a finally: what failed may have left it lent.
    }
}
