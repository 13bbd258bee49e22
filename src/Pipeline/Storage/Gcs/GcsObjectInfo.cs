namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>An object that is being read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Generation">Which object of that name; null where the service does not say.</param>
/// <param name="Checksum">CRC32C as the service writes it; null where it does not.</param>
internal sealed record GcsObjectInfo(string Name, long Length, long? Generation, string? Checksum);
