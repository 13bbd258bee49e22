using System.Buffers;

namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// Makes an access unit out of what senders make of one: a byte stream where lengths belong, start codes behind
/// lengths, several NAL units behind one length, empty ones, padding at the end.
/// </summary>
internal static class AccessUnitRepair
{
    /// <summary>Writes the same NAL units, each behind its length; false when they cannot be made out.</summary>
    public static bool TryRepair(ReadOnlySpan<byte> data, int lengthSize, IBufferWriter<byte> writer)
    {
        // Lengths first: those from 256 to 511 look like a start code of three bytes. The length 1 looks like one of
        // four, but there is no first NAL unit of one byte.
        var (addsUp, leftover) = Walk(data, lengthSize);
        if (AnnexB.StartsWithStartCode(data) && (!addsUp || (leftover > 0 && data[2] == 0)))
        {
            return TryWriteSplit(data, lengthSize, writer);
        }

        if (!addsUp)
        {
            return false;
        }

        foreach (var unit in new LengthPrefixedNalUnits(data, lengthSize))
        {
            if (!TryWriteSplit(unit.Bytes, lengthSize, writer))
            {
                return false;
            }
        }

        return true;
    }

    private static (bool AddsUp, int Leftover) Walk(ReadOnlySpan<byte> data, int lengthSize)
    {
        var units = new LengthPrefixedNalUnits(data, lengthSize).GetEnumerator();
        while (units.MoveNext())
        {
        }

        return (!units.IsBroken, units.Leftover);
    }

    private static bool TryWriteSplit(ReadOnlySpan<byte> data, int lengthSize, IBufferWriter<byte> writer)
    {
        foreach (var unit in AnnexB.Split(data))
        {
            var length = unit.Bytes.Length;
            if (lengthSize < sizeof(int) && length >> (8 * lengthSize) != 0)
            {
                return false;
            }

            var prefix = writer.GetSpan(lengthSize);
            for (var i = 0; i < lengthSize; i++)
            {
                prefix[i] = (byte)(length >> (8 * (lengthSize - 1 - i)));
            }

            writer.Advance(lengthSize);
            writer.Write(unit.Bytes);
        }

        return true;
    }
}
