using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Streaming.Pipeline.Amf0;

/// <summary>Writes AMF0 values one after the other. AMF0 §2. Objects and arrays are the caller's to balance.</summary>
internal readonly ref struct Amf0Writer(IBufferWriter<byte> output)
{
    public void WriteNumber(double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(Start(Amf0Marker.Number, 8), value);
        output.Advance(9);
    }

    public void WriteBoolean(bool value)
    {
        Start(Amf0Marker.Boolean, 1)[0] = value ? (byte)1 : (byte)0;
        output.Advance(2);
    }

    public void WriteNull() => WriteMarker(Amf0Marker.Null);

    public void WriteUndefined() => WriteMarker(Amf0Marker.Undefined);

    public void WriteReference(ushort index)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Start(Amf0Marker.Reference, 2), index);
        output.Advance(3);
    }

    /// <summary>A string, or a long string if it takes more than 65,535 bytes.</summary>
    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length <= ushort.MaxValue)
        {
            WriteMarker(Amf0Marker.String);
            WriteUtf8(value, length);
            return;
        }

        var span = Start(Amf0Marker.LongString, 4 + length);
        BinaryPrimitives.WriteInt32BigEndian(span, length);
        Encoding.UTF8.GetBytes(value, span[4..]);
        output.Advance(5 + length);
    }

    /// <param name="unixMs">Milliseconds since 1970 in UTC.</param>
    public void WriteDate(double unixMs)
    {
        var span = Start(Amf0Marker.Date, 10);
        BinaryPrimitives.WriteDoubleBigEndian(span, unixMs);
        span[8..].Clear();
        output.Advance(11);
    }

    public void StartObject() => WriteMarker(Amf0Marker.Object);

    public void StartEcmaArray(uint count) => WriteCounted(Amf0Marker.EcmaArray, count);

    public void StartTypedObject(string className)
    {
        WriteMarker(Amf0Marker.TypedObject);
        WriteName(className);
    }

    /// <summary>A property's name; its value comes next.</summary>
    public void WriteName(string name) => WriteUtf8(name, Encoding.UTF8.GetByteCount(name));

    /// <summary>Ends an object, ECMA array or typed object.</summary>
    public void EndObject()
    {
        output.Write("\0\0"u8);
        WriteMarker(Amf0Marker.ObjectEnd);
    }

    /// <summary>A strict array; <paramref name="count"/> values come next and nothing ends it.</summary>
    public void StartStrictArray(uint count) => WriteCounted(Amf0Marker.StrictArray, count);

    private void WriteMarker(Amf0Marker marker)
    {
        Start(marker, 0);
        output.Advance(1);
    }

    private void WriteCounted(Amf0Marker marker, uint count)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Start(marker, 4), count);
        output.Advance(5);
    }

    private void WriteUtf8(string value, int length)
    {
        var span = output.GetSpan(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(span, checked((ushort)length));
        Encoding.UTF8.GetBytes(value, span[2..]);
        output.Advance(2 + length);
    }

    private Span<byte> Start(Amf0Marker marker, int length)
    {
        var span = output.GetSpan(1 + length);
        span[0] = (byte)marker;
        return span.Slice(1, length);
    }
}
