using System.Buffers.Binary;

namespace Streaming.Pipeline.Codecs.Hevc;

/// <summary>
/// HEVC decoder configuration record, as far as it takes to know one that comes under another codec's name.
/// ISO/IEC 14496-15 §8.3.3.1.
/// </summary>
internal static class HevcDecoderConfigurationRecord
{
    private const int ArraysOffset = 22;

    /// <summary>Whether <paramref name="bytes"/> are arrays of NAL units of HEVC behind a header of 22 bytes.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= ArraysOffset || bytes[0] > 1)
        {
            return false;
        }

        var arrays = bytes[ArraysOffset];
        var rest = bytes[(ArraysOffset + 1)..];
        for (var array = 0; array < arrays; array++)
        {
            if (!TrySkipArray(ref rest))
            {
                return false;
            }
        }

        return arrays > 0 && rest.IsEmpty;
    }

    private static bool TrySkipArray(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 3)
        {
            return false;
        }

        var type = rest[0] & 0x3F;
        var count = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
        rest = rest[3..];
        for (; count > 0; count--)
        {
            if (rest.Length < 2)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[2..];
            if (length < 2 || length > rest.Length || (rest[0] >> 1) != type)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
