namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>The type by which whoever reads an object straight from the bucket knows it.</summary>
internal static class GcsContentTypes
{
    // The folder of the rendition that has no pictures.
    private const string Audio = "/audio/";

    public static string Of(string name) => Path.GetExtension(name.AsSpan()) is not (".m4s" or ".mp4") ? "application/octet-stream"
        : name.Contains(Audio, StringComparison.Ordinal) ? "audio/mp4"
        : "video/mp4";
}
