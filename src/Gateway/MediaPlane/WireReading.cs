using System.Buffers;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Values of messages that are read by hand. Protocol Buffers, "Encoding".</summary>
internal static class WireReading
{
    /// <summary>Reads what has its length before it; borrowed from the message. False where it is cut off.</summary>
    public static bool TryReadBytes(ref SequenceReader<byte> reader, out ReadOnlySequence<byte> bytes)
    {
        bytes = default;
        return TryReadVarint(ref reader, out var length) && length <= (ulong)reader.Remaining && reader.TryReadExact((int)length, out bytes);
    }

    /// <summary>Reads a number. False where it is cut off, or too long.</summary>
    public static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var next))
            {
                return false;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
