namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>What whoever reads an object straight from the bucket is told of it: its type, and how long caches may keep it.</summary>
internal static class GcsContentTypes
{
    private const string Immutable = "public, max-age=31536000, immutable";

    // Of what lists the others: true until the recording is deleted, as gateways say of theirs.
    private const string UntilDeleted = "public, max-age=60";

    // The folder of the rendition that has no pictures.
    private const string Audio = "/audio/";

    public static string Of(string name) => Path.GetExtension(name.AsSpan()) switch
    {
        ".m4s" or ".mp4" => name.Contains(Audio, StringComparison.Ordinal) ? "audio/mp4" : "video/mp4",
        ".m3u8" => "application/vnd.apple.mpegurl",
        ".mpd" => "application/dash+xml",
        _ => "application/octet-stream",
    };

    /// <summary>The object's <c>Cache-Control</c>.</summary>
    public static string CacheControlOf(string name) => Path.GetExtension(name.AsSpan()) is ".m3u8" or ".mpd" ? UntilDeleted : Immutable;
}
