using Streaming.Cluster.Naming;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Where everybody finds what is stored, when not at the node: in a public bucket, or at a CDN before it.
/// See docs/decisions/0014-stored-media-at-its-readers.md.
/// </summary>
/// <param name="baseUrl">Address below which objects are found by their names; empty where they are not.</param>
internal sealed class PublicMedia(string baseUrl)
{
    private readonly string? _base = baseUrl.Length == 0 ? null : baseUrl.TrimEnd('/');

    /// <summary>The answer that sends a viewer to a stored segment; null where the node has to send it.</summary>
    public IResult? RedirectTo(string broadcastId, string rendition, string name) =>
        _base is null ? null : new Redirect($"{_base}/{BroadcastFolder.Of(broadcastId)}/{rendition}/{name}");

    private sealed class Redirect(string address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status302Found;
            httpContext.Response.Headers.Location = address;
            httpContext.Response.Headers.CacheControl = MediaTypes.UntilDeleted;
            return Task.CompletedTask;
        }
    }
}
