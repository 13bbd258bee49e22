using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>What an upload says about its object.</summary>
/// <param name="Name">The object's.</param>
/// <param name="ContentType">Its own.</param>
/// <param name="CacheControl">Its own.</param>
/// <param name="Checksum">Of what is to arrive.</param>
/// <param name="Metadata">To be kept with it.</param>
/// <param name="Replaces">The generation that has to have its name, 0 for none; null where any may.</param>
internal sealed record FakeUpload(
    string Name, string? ContentType, string? CacheControl, string? Checksum, IReadOnlyDictionary<string, string>? Metadata, long? Replaces)
{
    public MemoryStream Arrived { get; } = new();

    /// <summary>What became of it.</summary>
    public FakeObject? Stored { get; set; }

    public static async Task<FakeUpload> ReadAsync(Stream metadata, HttpRequest request)
    {
        using var json = await JsonDocument.ParseAsync(metadata);
        return new FakeUpload(
            Text("name")!, Text("contentType"), Text("cacheControl"), Text("crc32c"),
            json.RootElement.TryGetProperty("metadata", out var kept) ? kept.Deserialize<Dictionary<string, string>>() : null,
            ReplacedBy(request));

        string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    /// <summary>The precondition of a request.</summary>
    public static long? ReplacedBy(HttpRequest request) =>
        long.TryParse(request.Query["ifGenerationMatch"], CultureInfo.InvariantCulture, out var generation) ? generation : null;
}
