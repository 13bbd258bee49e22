namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// Recovery point SEI message: decoding can begin at its access unit, although it is no IDR picture. ITU-T H.264 §D.1.8, §D.2.8.
/// </summary>
internal static class RecoveryPoint
{
    private const int PayloadType = 6;

    /// <summary>Bytes of an SEI NAL unit that are looked at; the message is a byte or two, and comes early.</summary>
    private const int LengthMax = 256;

    /// <summary>
    /// recovery_frame_cnt: frames after this one from which on everything is right, 0 for the I picture of an open group. Null for
    /// an SEI NAL unit without the message.
    /// </summary>
    public static int? FrameCount(NalUnit unit)
    {
        Span<byte> payload = stackalloc byte[LengthMax];
        ReadOnlySpan<byte> rest = payload[..RawByteSequence.Extract(unit.Bytes[1..], payload)];
        while (TryReadNumber(ref rest, out var type) && TryReadNumber(ref rest, out var size) && size <= rest.Length)
        {
            if (type == PayloadType)
            {
                var reader = new BitReader(rest[..size]);
                var count = reader.ReadUe();
                return reader.IsOverrun || count > ushort.MaxValue ? null : (int)count;
            }

            rest = rest[size..];
        }

        return null;
    }

    /// <summary>
    /// Writes the message for a picture at which all is right at once, as a NAL unit behind its length of
    /// <paramref name="lengthSize"/> bytes.
    /// </summary>
    public static byte[] AtOnce(int lengthSize)
    {
        // recovery_frame_cnt 0, three flags of 0, then the bits that end payload and NAL unit.
        byte[] unit = [(byte)NalUnitType.SupplementalEnhancementInformation, PayloadType, 1, 0b1000_0100, 0x80];
        return [.. new byte[lengthSize - 1], (byte)unit.Length, .. unit];
    }

    /// <summary>
    /// Where the first slice of an access unit begins, its length included; 0 without one. Of several recovery points the last one
    /// before it counts.
    /// </summary>
    public static int OffsetOfSlice(ReadOnlySpan<byte> accessUnit, int lengthSize)
    {
        var offset = 0;
        foreach (var unit in new LengthPrefixedNalUnits(accessUnit, lengthSize))
        {
            if (unit.IsSlice)
            {
                return offset;
            }

            offset += lengthSize + unit.Bytes.Length;
        }

        return 0;
    }

    /// <summary>payloadType or payloadSize: bytes of 255, and another, added up. ITU-T H.264 §7.3.2.3.1.</summary>
    private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, out int number)
    {
        number = 0;
        while (!rest.IsEmpty)
        {
            var value = rest[0];
            rest = rest[1..];
            number += value;
            if (value != byte.MaxValue)
            {
                return true;
            }
        }

        return false;
    }
}
