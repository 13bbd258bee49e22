using Streaming.Cluster.Naming;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Where everybody finds what is stored, when not at the node: in a public bucket, or at a CDN before it.
/// See docs/decisions/0014-stored-media-at-its-readers.md.
/// </summary>
/// <param name="baseUrl">Address below which objects are found by their names; empty where they are not.</param>
/// <param name="spill">Has what is not there yet; null where everything is.</param>
internal sealed class PublicMedia(string baseUrl, SpillingStorage? spill = null)
{
    private readonly string? _base = baseUrl.Length == 0 ? null : baseUrl.TrimEnd('/');

    /// <summary>The answer that sends a viewer to a stored segment; null where the node has to send it.</summary>
    public IResult? RedirectTo(string broadcastId, string rendition, string name)
    {
        if (_base is null)
        {
            return null;
        }

        var stored = $"{BroadcastFolder.Of(broadcastId)}/{rendition}/{name}";
        return spill?.Waits(stored) == true ? null : new Redirect($"{_base}/{stored}");
    }

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
