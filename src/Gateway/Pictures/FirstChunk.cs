using System.Buffers.Binary;

namespace Streaming.Gateway.Pictures;

/// <summary>
/// Reads the first CMAF chunk of a segment (a moof and its mdat, ISO/IEC 23000-19 §7.3.2.3) and nothing behind it: a
/// sixth of a segment of 2 s, and all that is needed to decode its first picture.
/// </summary>
internal static class FirstChunk
{
    /// <summary>Bytes that are read at most: more than two seconds at 60 Mbit/s.</summary>
    public const int LengthMax = 16 * 1024 * 1024;

    private const int BoxHeaderLength = 8;

    /// <summary>The chunk; null when there is none, or it is too long.</summary>
    public static async Task<byte[]?> ReadAsync(Stream segment, CancellationToken cancellationToken)
    {
        var end = 0L;
        var header = new byte[BoxHeaderLength];
        var isMediaData = false;
        while (!isMediaData)
        {
            segment.Position = end;
            if (await segment.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken)
                < header.Length)
            {
                return null;
            }

            // The writer's boxes have lengths of 32 bits: what is shorter than its header would never end.
            var length = BinaryPrimitives.ReadUInt32BigEndian(header);
            isMediaData = header.AsSpan(4).SequenceEqual("mdat"u8);
            end += length;
            if (length < BoxHeaderLength || end > segment.Length)
            {
                return null;
            }
        }

        return await ReadAsync(segment, end, cancellationToken);
    }

    /// <summary>All of the segment; null when it is too long.</summary>
    public static Task<byte[]?> ReadAllAsync(Stream segment, CancellationToken cancellationToken) =>
        ReadAsync(segment, segment.Length, cancellationToken);

    private static async Task<byte[]?> ReadAsync(Stream segment, long length, CancellationToken cancellationToken)
    {
        if (length > LengthMax)
        {
            return null;
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        segment.Position = 0;
        await segment.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
