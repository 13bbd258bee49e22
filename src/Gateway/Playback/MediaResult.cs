using System.Collections.Immutable;
using Microsoft.Net.Http.Headers;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Answers with bytes that are in memory, in one or more pieces: HEAD, and a single byte range (RFC 9110 §14), included.
/// The pieces go to the connection as they are; nothing is put together first.
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
        var response = httpContext.Response;
        response.ContentType = type;
        response.Headers.CacheControl = cacheControl;
        response.Headers.AcceptRanges = "bytes";
        var (from, to) = (0L, length);
        if (httpContext.Request.Headers.Range.Count > 0 && !TryRange(httpContext, ref from, ref to))
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = $"bytes */{length}";
            return;
        }

        response.ContentLength = to - from;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await WriteAsync(httpContext, from, to);
        }
    }

    private bool TryRange(HttpContext context, ref long from, ref long to)
    {
        if (!RangeHeaderValue.TryParse(context.Request.Headers.Range.ToString(), out var header)
            || header.Unit != "bytes" || header.Ranges.Count != 1)
        {
            return true; // What is not understood is answered whole.
        }

        var range = header.Ranges.First();
        var (start, end) = range.From is { } first
            ? (first, Math.Min((range.To ?? long.MaxValue - 1) + 1, length))
            : (Math.Max(0, length - range.To!.Value), length);
        if (start >= end)
        {
            return false;
        }

        (from, to) = (start, end);
        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ContentRange = $"bytes {from}-{to - 1}/{length}";
        return true;
    }

    private async Task WriteAsync(HttpContext context, long from, long to)
    {
        var position = 0L;
        foreach (var piece in pieces)
        {
            var start = Math.Max(from, position) - position;
            var end = Math.Min(to, position + piece.Length) - position;
            position += piece.Length;
            if (start < end)
            {
                await context.Response.BodyWriter.WriteAsync(piece[(int)start..(int)end], context.RequestAborted);
            }
        }
    }
}
