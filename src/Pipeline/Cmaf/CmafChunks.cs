using System.Buffers.Binary;

namespace Streaming.Pipeline.Cmaf;

/// <summary>
/// Finds CMAF chunks in a segment that was stored: each is a moof and its mdat (ISO/IEC 23000-19 §7.3.2.3), and a part of the
/// segment. Reads the headers of boxes alone.
/// </summary>
public static class CmafChunks
{
    private const int BoxHeaderLength = 8;

    /// <summary>Where the chunk of that index lies: its first byte and the one after its last.</summary>
    /// <param name="segment">Seekable; its position is anywhere afterwards.</param>
    /// <param name="index">0 for the segment's first.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when the segment has no such chunk, or is no sequence of boxes.</returns>
    public static async Task<(long From, long To)?> FindAsync(Stream segment, int index, CancellationToken cancellationToken)
    {
        var header = new byte[BoxHeaderLength];
        var (from, end) = (0L, 0L);
        while (true)
        {
            segment.Position = end;
            if (await segment.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false) < header.Length)
            {
                return null;
            }

            // The writer's boxes have lengths of 32 bits: what is shorter than its header would never end.
            var length = BinaryPrimitives.ReadUInt32BigEndian(header);
            end += length;
            if (length < BoxHeaderLength || end > segment.Length)
            {
                return null;
            }

            if (header.AsSpan(4).SequenceEqual("mdat"u8))
            {
                if (index-- == 0)
                {
                    return (from, end);
                }

                from = end;
            }
        }
    }
}
