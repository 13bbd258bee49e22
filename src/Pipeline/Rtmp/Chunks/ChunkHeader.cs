using System.Buffers.Binary;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Chunks;

/// <summary>
/// Chunk Basic Header and Chunk Message Header as they stand on the wire, without the extended timestamp. RTMP 1.0
/// §5.3.1. Fields that <see cref="Format"/> leaves out are zero.
/// </summary>
/// <param name="Format">fmt: 0 has all fields, 1 no message stream id, 2 only the timestamp delta, 3 nothing.</param>
/// <param name="ChunkStreamId">2 to 65,599.</param>
/// <param name="TimestampField">24 bits: a timestamp in type 0, a delta in types 1 and 2.</param>
/// <param name="MessageLength">Length of the whole message in bytes.</param>
/// <param name="MessageType">The message's type.</param>
/// <param name="MessageStreamId">The message stream, little-endian on the wire.</param>
internal readonly record struct ChunkHeader(
    int Format,
    int ChunkStreamId,
    uint TimestampField,
    int MessageLength,
    RtmpMessageType MessageType,
    uint MessageStreamId)
{
    /// <summary>The value of the timestamp field that says that 32 bits follow the header.</summary>
    public const uint ExtendedTimestamp = 0xFFFFFF;

    /// <summary>Three bytes of basic header, eleven of message header, four of extended timestamp.</summary>
    public const int LengthMax = 18;

    /// <summary>The chunk stream ids that the basic header's second or third byte counts from.</summary>
    private const int ChunkStreamIdBase = 64;

    public bool HasTimestampField => Format != 3;

    /// <summary>Reads a header, or says false if <paramref name="source"/> ends within it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ChunkHeader header, out int length)
    {
        header = default;
        length = 0;
        if (source.IsEmpty)
        {
            return false;
        }

        var format = source[0] >> 6;
        var id = source[0] & 0x3F;
        var basic = id switch { 0 => 2, 1 => 3, _ => 1 };
        var total = basic + MessageHeaderLength(format);
        if (source.Length < total)
        {
            return false;
        }

        id = id switch
        {
            0 => ChunkStreamIdBase + source[1],
            1 => ChunkStreamIdBase + source[1] + (source[2] << 8),
            _ => id,
        };

        var fields = source[basic..total];
        header = new ChunkHeader(
            format,
            id,
            format <= 2 ? ReadUInt24(fields) : 0,
            format <= 1 ? (int)ReadUInt24(fields[3..]) : 0,
            format <= 1 ? (RtmpMessageType)fields[6] : 0,
            format == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(fields[7..]) : 0);
        length = total;
        return true;
    }

    /// <summary>Writes the header at the start of <paramref name="destination"/> and returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        var basic = WriteBasic(destination);
        var fields = destination[basic..];
        if (Format <= 2)
        {
            WriteUInt24(fields, TimestampField);
        }

        if (Format <= 1)
        {
            WriteUInt24(fields[3..], (uint)MessageLength);
            fields[6] = (byte)MessageType;
        }

        if (Format == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(fields[7..], MessageStreamId);
        }

        return basic + MessageHeaderLength(Format);
    }

    private int WriteBasic(Span<byte> destination)
    {
        var format = (byte)(Format << 6);
        switch (ChunkStreamId)
        {
            case < ChunkStreamIdBase:
                destination[0] = (byte)(format | ChunkStreamId);
                return 1;
            case < ChunkStreamIdBase + 256:
                destination[0] = format;
                destination[1] = (byte)(ChunkStreamId - ChunkStreamIdBase);
                return 2;
            default:
                destination[0] = (byte)(format | 1);
                BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)(ChunkStreamId - ChunkStreamIdBase));
                return 3;
        }
    }

    private static int MessageHeaderLength(int format) => format switch { 0 => 11, 1 => 7, 2 => 3, _ => 0 };

    private static uint ReadUInt24(ReadOnlySpan<byte> source) =>
        (uint)((source[0] << 16) | (source[1] << 8) | source[2]);

    private static void WriteUInt24(Span<byte> destination, uint value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}
