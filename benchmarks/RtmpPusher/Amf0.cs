using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Streaming.RtmpPusher;

/// <summary>The few values of AMF0 that a publisher writes, and the first two that it reads. AMF0 §2.</summary>
internal static class Amf0
{
    public static void WriteString(IBufferWriter<byte> buffer, string value)
    {
        buffer.Write("\x02"u8);
        WriteText(buffer, value);
    }

    public static void WriteNumber(IBufferWriter<byte> buffer, double value)
    {
        var span = buffer.GetSpan(9);
        span[0] = 0x00;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        buffer.Advance(9);
    }

    public static void WriteNull(IBufferWriter<byte> buffer) => buffer.Write("\x05"u8);

    public static void WriteObject(IBufferWriter<byte> buffer, params ReadOnlySpan<(string Name, string Value)> members)
    {
        buffer.Write("\x03"u8);
        foreach (var (name, value) in members)
        {
            WriteText(buffer, name);
            WriteString(buffer, value);
        }

        buffer.Write("\0\0\x09"u8);
    }

    /// <summary>Reads the name of a command and its transaction id; <paramref name="body"/> then stands at its arguments.</summary>
    public static bool TryReadCommand(ref ReadOnlySpan<byte> body, out string name, out double transaction)
    {
        (name, transaction) = ("", 0);
        if (body is not [0x02, var high, var low, ..] || body.Length < 3 + (high << 8 | low) + 9)
        {
            return false;
        }

        var length = high << 8 | low;
        name = Encoding.UTF8.GetString(body.Slice(3, length));
        transaction = BinaryPrimitives.ReadDoubleBigEndian(body[(4 + length)..]);
        body = body[(12 + length)..];
        return true;
    }

    private static void WriteText(IBufferWriter<byte> buffer, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        var span = buffer.GetSpan(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);
        Encoding.UTF8.GetBytes(value, span[2..]);
        buffer.Advance(2 + length);
    }
}
