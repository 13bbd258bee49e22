using System.Text.Json;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>What an upload says about its object.</summary>
internal sealed record FakeUpload(string Name, string? ContentType, string? CacheControl, string? Checksum, bool MustBeNew)
{
    public MemoryStream Arrived { get; } = new();

    /// <summary>What became of it.</summary>
    public FakeObject? Stored { get; set; }

    public static async Task<FakeUpload> ReadAsync(Stream metadata, bool mustBeNew)
    {
        using var json = await JsonDocument.ParseAsync(metadata);
        return new FakeUpload(Text("name")!, Text("contentType"), Text("cacheControl"), Text("crc32c"), mustBeNew);

        string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
