using Microsoft.Net.Http.Headers;

namespace Streaming.Gateway.Playback;

/// <summary>The bytes of a file that a request gets: all, or a single range. RFC 9110 §14.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The one after the last.</param>
internal readonly record struct ByteRange(long From, long To)
{
    public long Length => To - From;

    /// <summary>
    /// Begins the answer to a request for a file of <paramref name="length"/> bytes: status and headers. What is cached for ever has an
    /// entity tag, and conditions on it are heeded.
    /// </summary>
    /// <returns>The bytes to write; null when there are none to write (HEAD, a range past the end, a file that is known).</returns>
    public static ByteRange? Begin(HttpContext context, long length, string type, string cacheControl)
    {
        var response = context.Response;
        var tag = cacheControl == MediaTypes.Immutable ? Preconditions.TagOf(length) : null;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = tag;
        if (tag is not null && Preconditions.StatusOf(context.Request, tag) is { } status)
        {
            response.StatusCode = status;
            response.Headers.CacheControl = status == StatusCodes.Status304NotModified ? cacheControl : MediaTypes.Never;
            return null;
        }

        var range = new ByteRange(0, length);
        if (HttpMethods.IsGet(context.Request.Method) && Asked(context.Request, length) is { } asked
            && Preconditions.AllowRange(context.Request, tag))
        {
            if (asked.Length <= 0)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = $"bytes */{length}";
                response.Headers.CacheControl = MediaTypes.Never;
                return null;
            }

            range = asked;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {range.From}-{range.To - 1}/{length}";
        }

        response.ContentType = type;
        response.Headers.CacheControl = cacheControl;
        response.ContentLength = range.Length;
        return HttpMethods.IsHead(context.Request.Method) ? null : range;
    }

    /// <summary>The range that is asked for; null without one, and for what is not understood, which is answered whole.</summary>
    private static ByteRange? Asked(HttpRequest request, long length)
    {
        if (request.Headers.Range.Count == 0
            || !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header)
            || header.Unit != "bytes" || header.Ranges.Count != 1)
        {
            return null;
        }

        var range = header.Ranges.First();
        return range.From is { } first
            ? new(first, range.To is { } last && last < length ? last + 1 : length)
            : new(Math.Max(0, length - range.To!.Value), length);
    }
}
