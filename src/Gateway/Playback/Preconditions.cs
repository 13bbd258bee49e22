using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Streaming.Gateway.Playback;

/// <summary>
/// What a request makes its answer depend on. RFC 9110 §13. Only files under names that never stand for anything else have an entity
/// tag: a strong one, which says their length. Nothing has a date of modification, so that conditions on one are ignored (§13.1.3,
/// §13.1.4), or not met (<c>If-Range</c>, §13.1.5).
/// </summary>
internal static class Preconditions
{
    /// <summary>The entity tag of a file of that length, as it is written.</summary>
    public static string TagOf(long length) => string.Create(CultureInfo.InvariantCulture, $"\"{length:x}\"");

    /// <summary>The status that answers a request in place of the file: 304 or 412; null where the file does. RFC 9110 §13.2.2.</summary>
    public static int? StatusOf(HttpRequest request, string tag)
    {
        var headers = request.Headers;
        if (headers.IfMatch is { Count: > 0 } wanted && !Has(wanted, tag, isStrong: true))
        {
            return StatusCodes.Status412PreconditionFailed;
        }

        return headers.IfNoneMatch is { Count: > 0 } known && Has(known, tag, isStrong: false) ? StatusCodes.Status304NotModified : null;
    }

    /// <summary>Whether a range of the file may be the answer: whoever has a part of something else gets all of it.</summary>
    public static bool AllowRange(HttpRequest request, string? tag) =>
        request.Headers.IfRange is not { Count: > 0 } condition
        || (tag is not null && EntityTagHeaderValue.TryParse(condition.ToString(), out var known) && Is(known, tag, isStrong: true));

    /// <summary>Whether a list has the tag. One that is none, has none.</summary>
    private static bool Has(StringValues list, string tag, bool isStrong)
    {
        if (!EntityTagHeaderValue.TryParseList(list, out var tags))
        {
            return false;
        }

        foreach (var listed in tags)
        {
            if (listed.Tag == EntityTagHeaderValue.Any.Tag || Is(listed, tag, isStrong))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Compares strongly, or weakly. RFC 9110 §8.8.3.2.</summary>
    private static bool Is(EntityTagHeaderValue known, string tag, bool isStrong) => known.Tag == tag && !(isStrong && known.IsWeak);
}
