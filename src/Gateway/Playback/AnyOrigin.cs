using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Streaming.Gateway.Playback;

/// <summary>
/// What is for everybody may be played on the pages of any origin. Each answer says so, whether it was asked or not: what a
/// shared cache keeps of one viewer's is then right for every other's. Fetch §3.2 (the CORS protocol).
/// </summary>
internal static class AnyOrigin
{
    private const string Exposed = "Content-Length,Content-Range,Date";
    private const string Methods = "GET,HEAD";
    private const string PreflightMaxAge = "86400";

    // A list of field names: RFC 9110 §5.6.1 and §5.6.2.
    private static readonly SearchValues<char> ListCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz, \t");

    /// <summary>Opens the addresses below these to any origin, and answers their preflights.</summary>
    public static void UseAnyOrigin(this IApplicationBuilder app, params PathString[] paths) => app.Use(next => context =>
    {
        if (!IsBelow(paths, context.Request.Path))
        {
            return next(context);
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlExposeHeaders = Exposed;
            return next(context);
        }

        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = NamesIn(context.Request.Headers.AccessControlRequestHeaders);
        headers.AccessControlMaxAge = PreflightMaxAge;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });

    /// <summary>The headers that a page asks to send; nothing where it is no list of names, which no answer may repeat.</summary>
    private static StringValues NamesIn(StringValues asked)
    {
        foreach (var list in asked)
        {
            if (list.AsSpan().ContainsAnyExcept(ListCharacters))
            {
                return StringValues.Empty;
            }
        }

        return asked;
    }

    private static bool IsBelow(ReadOnlySpan<PathString> paths, PathString path)
    {
        foreach (var above in paths)
        {
            if (path.StartsWithSegments(above))
            {
                return true;
            }
        }

        return false;
    }
}
