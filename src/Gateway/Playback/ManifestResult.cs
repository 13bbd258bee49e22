namespace Streaming.Gateway.Playback;

/// <summary>Answers with a manifest, in the coding that the client prefers.</summary>
internal sealed class ManifestResult(ManifestBytes manifest, string type, string cacheControl) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.ContentType = type;
        headers.CacheControl = cacheControl;
        headers.Vary = "Accept-Encoding";
        var (coding, body) = manifest.In(AcceptEncoding.Choose(httpContext.Request.Headers.AcceptEncoding));
        if (coding != ContentCoding.Identity)
        {
            headers.ContentEncoding = coding == ContentCoding.Brotli ? "br" : "gzip";
        }

        headers.ContentLength = body.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : LentBody.WriteAsync(httpContext, body);
    }
}
