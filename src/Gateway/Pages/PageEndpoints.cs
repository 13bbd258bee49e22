using Microsoft.Extensions.FileProviders;

namespace Streaming.Gateway.Pages;

/// <summary>
/// The web pages, built from <c>src/Gateway/Web</c> into <c>wwwroot</c>: one document whose script draws every page, and
/// assets named for their content.
/// </summary>
internal static class PageEndpoints
{
    private const string Document = "index.html";

    // What is asked for here is asked for by programs, which want no page.
    private static readonly string[] Programs = ["/api", "/live", "/vod", "/hubs", "/openapi", "/health", "/metrics"];

    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    public static void UsePages(this IApplicationBuilder app)
    {
        if (!Directory.Exists(Root))
        {
            return; // The API and playback work without pages.
        }

        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Root),
            OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal)
                    ? "public, max-age=31536000, immutable"
                    : "no-cache",
        });
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        // The pages know their own addresses, and say so themselves where there is nothing.
        routes.MapMethods("{*path:nonfile}", [HttpMethods.Get, HttpMethods.Head], Page)
            .WithOrder(int.MaxValue).ExcludeFromDescription();
    }

    private static IResult Page(HttpContext context)
    {
        if (Array.Exists(Programs, prefix => context.Request.Path.StartsWithSegments(prefix, StringComparison.Ordinal)))
        {
            return TypedResults.Problem(title: "There is nothing at this address.", statusCode: StatusCodes.Status404NotFound);
        }

        var document = Path.Combine(Root, Document);
        if (!File.Exists(document))
        {
            return TypedResults.Problem(
                title: "The web pages were not built.",
                detail: "Run 'npm ci && npm run build' in src/Gateway/Web, then build the server again.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.PhysicalFile(document, "text/html; charset=utf-8");
    }
}
