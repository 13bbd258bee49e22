using Streaming.Pipeline.Cmaf;

namespace Streaming.Pipeline.Thumbnails;

/// <summary>
/// Reads the first CMAF chunk of a segment (a moof and its mdat, ISO/IEC 23000-19 §7.3.2.3) and nothing behind it: a
/// sixth of a segment of 2 s, and all that is needed to decode its first picture.
/// </summary>
public static class FirstChunk
{
    /// <summary>Bytes that are read at most: more than two seconds at 60 Mbit/s.</summary>
    public const int LengthMax = 16 * 1024 * 1024;

    /// <summary>The chunk; null when there is none, or it is too long.</summary>
    public static async Task<byte[]?> ReadAsync(Stream segment, CancellationToken cancellationToken) =>
        await CmafChunks.FindAsync(segment, 0, cancellationToken).ConfigureAwait(false) is { } first
            ? await ReadAsync(segment, first.To, cancellationToken).ConfigureAwait(false)
            : null;

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
        await segment.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
