using System.Buffers.Binary;

namespace Streaming.Pipeline.Flv;

/// <summary>
/// ExVideoTagHeader and ExAudioTagHeader: the header of tags whose codec is a FourCC. Enhanced RTMP v2, "Enhanced
/// Video" and "Enhanced Audio". Of several tracks the default one, track 0, is read.
/// </summary>
/// <param name="PacketType">The type, modifiers and multitrack resolved.</param>
/// <param name="Codec">The codec.</param>
/// <param name="IsDefaultTrack">False when the packet has other tracks only; there is no payload then.</param>
/// <param name="PayloadOffset">Where the track's payload begins in the tag's body.</param>
/// <param name="PayloadLength">Bytes of the track's payload.</param>
internal readonly record struct EnhancedTagHeader(
    EnhancedPacketType PacketType, FourCc Codec, bool IsDefaultTrack, int PayloadOffset, int PayloadLength)
{
    private const int OneTrack = 0;
    private const int ManyTracksManyCodecs = 2;

    /// <summary>Reads the header of a tag's body, whose first byte has the packet type in its low half.</summary>
    /// <param name="body">The tag's data.</param>
    /// <param name="multitrack">The packet type that stands for several tracks.</param>
    /// <param name="header">The header.</param>
    /// <returns>False when the tag is cut short.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, EnhancedPacketType multitrack, out EnhancedTagHeader header)
    {
        header = default;
        var type = (EnhancedPacketType)(body[0] & 0xF);
        var offset = 1;
        while (type == EnhancedPacketType.ModEx)
        {
            if (!TrySkipModifier(body, ref offset, out type))
            {
                return false;
            }
        }

        if (type != multitrack)
        {
            return TryReadFourCc(body, ref offset, out var codec)
                && Found(out header, type, codec, offset, body.Length - offset);
        }

        if (offset == body.Length)
        {
            return false;
        }

        var kind = body[offset] >> 4;
        type = (EnhancedPacketType)(body[offset] & 0xF);
        offset++;
        return TryFindDefaultTrack(body, offset, kind, type, out header);
    }

    /// <summary>A modifier such as the timestamp's nanoseconds, which are below our clock's resolution.</summary>
    private static bool TrySkipModifier(ReadOnlySpan<byte> body, ref int offset, out EnhancedPacketType type)
    {
        const int LongSize = 256;
        type = default;
        if (offset >= body.Length)
        {
            return false;
        }

        var size = body[offset++] + 1;
        if (size == LongSize)
        {
            if (body.Length - offset < 2)
            {
                return false;
            }

            size = BinaryPrimitives.ReadUInt16BigEndian(body[offset..]) + 1;
            offset += 2;
        }

        offset += size;
        if (offset >= body.Length)
        {
            return false;
        }

        type = (EnhancedPacketType)(body[offset++] & 0xF);
        return true;
    }

    private static bool TryFindDefaultTrack(
        ReadOnlySpan<byte> body, int offset, int kind, EnhancedPacketType type, out EnhancedTagHeader header)
    {
        header = default;
        FourCc codec = default;
        if (kind != ManyTracksManyCodecs && !TryReadFourCc(body, ref offset, out codec))
        {
            return false;
        }

        while (offset < body.Length)
        {
            if (kind == ManyTracksManyCodecs && !TryReadFourCc(body, ref offset, out codec))
            {
                return false;
            }

            var prefix = kind == OneTrack ? 1 : 4; // trackId, then the size where there may be several
            if (body.Length - offset < prefix)
            {
                return false;
            }

            var track = body[offset];
            var length = kind == OneTrack
                ? body.Length - offset - prefix
                : (int)(BinaryPrimitives.ReadUInt32BigEndian(body[offset..]) & 0xFF_FFFF);
            offset += prefix;
            if (length > body.Length - offset)
            {
                return false;
            }

            if (track == 0)
            {
                return Found(out header, type, codec, offset, length);
            }

            offset += length;
        }

        header = new EnhancedTagHeader(type, codec, IsDefaultTrack: false, offset, PayloadLength: 0);
        return true;
    }

    private static bool Found(
        out EnhancedTagHeader header, EnhancedPacketType type, FourCc codec, int offset, int length)
    {
        header = new EnhancedTagHeader(type, codec, IsDefaultTrack: true, offset, length);
        return true;
    }

    private static bool TryReadFourCc(ReadOnlySpan<byte> body, ref int offset, out FourCc codec)
    {
        codec = default;
        if (body.Length - offset < FourCc.Length)
        {
            return false;
        }

        codec = FourCc.Of(body[offset..]);
        offset += FourCc.Length;
        return true;
    }
}
