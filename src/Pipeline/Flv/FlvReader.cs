using System.Buffers;
using System.Buffers.Binary;

namespace Streaming.Pipeline.Flv;

/// <summary>Reads an FLV file as it arrives: its header, then tag by tag. Adobe FLV 10.1 §E.2 and §E.3.</summary>
public static class FlvReader
{
    internal const int HeaderLength = 9;
    internal const int TagHeaderLength = 11;
    internal const int PreviousTagSizeLength = 4;
    internal const byte Version = 1;

    /// <summary>Largest DataOffset that is waited for, in bytes. Version 1 has 9.</summary>
    private const uint DataOffsetMax = 1024;

    private const byte TagTypeMask = 0x1F;
    private const byte FilterFlag = 0x20;

    /// <summary>Reads the file's header and the first previous tag size; false when more bytes are needed.</summary>
    /// <exception cref="FlvFormatException">The bytes are no FLV header.</exception>
    public static bool TryReadHeader(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        var available = (int)Math.Min(buffer.Length, HeaderLength);
        buffer.Slice(0, available).CopyTo(header);

        ReadOnlySpan<byte> signature = [(byte)'F', (byte)'L', (byte)'V', Version];
        var compared = Math.Min(available, signature.Length);
        if (!header[..compared].SequenceEqual(signature[..compared]))
        {
            throw new FlvFormatException("The stream does not begin with an FLV header of version 1.");
        }

        if (available < HeaderLength)
        {
            return false;
        }

        var dataOffset = BinaryPrimitives.ReadUInt32BigEndian(header[5..]);
        if (dataOffset is < HeaderLength or > DataOffsetMax)
        {
            throw new FlvFormatException($"The FLV header says that it is {dataOffset} bytes long.");
        }

        var length = dataOffset + PreviousTagSizeLength;
        if (buffer.Length < length)
        {
            return false;
        }

        buffer = buffer.Slice(length);
        return true;
    }

    /// <summary>
    /// Reads the next audio, video or script tag, tags of other types being passed over; false when more bytes are
    /// needed. The body is copied once, into an array of the shared pool: the tag is the caller's to release.
    /// </summary>
    /// <param name="buffer">What has arrived; what was read is taken off its front.</param>
    /// <param name="tagLengthMax">Longest body, in bytes, that is waited for.</param>
    /// <param name="tag">The tag.</param>
    /// <exception cref="FlvFormatException">A tag is too long or encrypted, or its two sizes differ.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int tagLengthMax, out FlvTag tag)
    {
        tag = default;
        Span<byte> header = stackalloc byte[TagHeaderLength];
        Span<byte> trailer = stackalloc byte[PreviousTagSizeLength];
        while (buffer.Length >= TagHeaderLength)
        {
            buffer.Slice(0, TagHeaderLength).CopyTo(header);
            var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) & 0xFF_FFFF);
            if (length > tagLengthMax)
            {
                throw new FlvFormatException($"An FLV tag has {length} bytes; at most {tagLengthMax} are accepted.");
            }

            if ((header[0] & FilterFlag) != 0)
            {
                throw new FlvFormatException("An FLV tag is encrypted.");
            }

            if (buffer.Length < TagHeaderLength + length + PreviousTagSizeLength)
            {
                return false;
            }

            buffer.Slice(TagHeaderLength + length, PreviousTagSizeLength).CopyTo(trailer);
            var size = BinaryPrimitives.ReadUInt32BigEndian(trailer);
            if (size != TagHeaderLength + length)
            {
                throw new FlvFormatException($"An FLV tag of {length} bytes is followed by the size {size}.");
            }

            var body = buffer.Slice(TagHeaderLength, length);
            buffer = buffer.Slice(TagHeaderLength + length + PreviousTagSizeLength);

            var type = (FlvTagType)(header[0] & TagTypeMask);
            if (type is FlvTagType.Audio or FlvTagType.Video or FlvTagType.Script)
            {
                var rented = ArrayPool<byte>.Shared.Rent(length);
                body.CopyTo(rented);
                tag = FlvTag.OverRented(type, ReadTimestamp(header[4..]), rented, length);
                return true;
            }
        }

        return false;
    }

    /// <summary>The low 24 bits, then TimestampExtended with the highest eight.</summary>
    private static uint ReadTimestamp(ReadOnlySpan<byte> bytes) =>
        ((uint)bytes[3] << 24) | ((uint)bytes[0] << 16) | ((uint)bytes[1] << 8) | bytes[2];
}
