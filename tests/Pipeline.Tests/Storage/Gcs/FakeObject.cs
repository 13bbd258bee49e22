using System.Buffers.Binary;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>An object in the fake bucket.</summary>
internal sealed record FakeObject(
    string Name,
    byte[] Bytes,
    long Generation,
    string? ContentType = null,
    string? CacheControl = null,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value =>
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        return crc;
    })];

    public string Checksum { get; } = ChecksumOf(Bytes);

    /// <summary>CRC32C by its definition, as the service writes it.</summary>
    public static string ChecksumOf(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        Span<byte> written = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(written, ~crc);
        return Convert.ToBase64String(written);
    }
}
