using System.Buffers.Binary;
using System.Text;

namespace Streaming.Pipeline.Amf0;

/// <summary>
/// Reads AMF0 values one after the other, without building them. AMF0 §2. An object whose end marker is missing ends
/// with the bytes; every other cut is an <see cref="Amf0FormatException"/>. Strings are borrowed from the bytes.
/// </summary>
internal ref struct Amf0Reader(ReadOnlySpan<byte> bytes, int depthMax)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private int _depth;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The bytes that were not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The next value's type, or null at the end.</summary>
    public readonly Amf0Marker? Next => _rest.IsEmpty ? null : (Amf0Marker)_rest[0];

    /// <summary>Reads a number (§2.2), or skips a value of another type.</summary>
    public bool TryReadNumber(out double value)
    {
        value = 0;
        if (Next is not Amf0Marker.Number)
        {
            SkipIfAny();
            return false;
        }

        Take(1);
        value = BinaryPrimitives.ReadDoubleBigEndian(Take(8));
        return true;
    }

    /// <summary>Reads a boolean (§2.3), or skips a value of another type.</summary>
    public bool TryReadBoolean(out bool value)
    {
        value = false;
        if (Next is not Amf0Marker.Boolean)
        {
            SkipIfAny();
            return false;
        }

        value = Take(2)[1] != 0;
        return true;
    }

    /// <summary>Reads a string, long string or XML document as UTF-8 (§2.4, §2.14, §2.17), or skips others.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> utf8)
    {
        switch (Next)
        {
            case Amf0Marker.String:
                Take(1);
                utf8 = TakeUtf8();
                return true;
            case Amf0Marker.LongString or Amf0Marker.XmlDocument:
                Take(1);
                utf8 = TakeLongUtf8();
                return true;
            default:
                utf8 = default;
                SkipIfAny();
                return false;
        }
    }

    /// <inheritdoc cref="TryReadString(out ReadOnlySpan{byte})"/>
    public bool TryReadString(out string value)
    {
        var read = TryReadString(out ReadOnlySpan<byte> utf8);
        value = Encoding.UTF8.GetString(utf8);
        return read;
    }

    /// <summary>Reads a date as ms since 1970 in UTC (§2.13; its time zone is reserved), or skips others.</summary>
    public bool TryReadDate(out double unixMs)
    {
        unixMs = 0;
        if (Next is not Amf0Marker.Date)
        {
            SkipIfAny();
            return false;
        }

        Take(1);
        unixMs = BinaryPrimitives.ReadDoubleBigEndian(Take(8));
        Take(2);
        return true;
    }

    /// <summary>
    /// Steps into an object, ECMA array or typed object (§2.5, §2.10, §2.18), or skips a value of another type. After
    /// true, call <see cref="TryReadProperty"/> until it says false.
    /// </summary>
    public bool TryEnterObject()
    {
        switch (Next)
        {
            case Amf0Marker.Object:
                Take(1);
                break;
            case Amf0Marker.EcmaArray:
                // The count is a hint that encoders leave at 0 or get wrong: the end marker decides.
                Take(5);
                break;
            case Amf0Marker.TypedObject:
                Take(1);
                TakeUtf8();
                break;
            default:
                SkipIfAny();
                return false;
        }

        Descend();
        return true;
    }

    /// <summary>Reads the next property's name; its value must be read or skipped before the next call.</summary>
    public bool TryReadProperty(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!_rest.IsEmpty)
        {
            if (!_rest.StartsWith("\0\0\u0009"u8))
            {
                name = TakeUtf8();
                return !_rest.IsEmpty ? true : throw Cut();
            }

            Take(3);
        }

        _depth--;
        return false;
    }

    /// <summary>
    /// Steps into a strict array (§2.12), or skips a value of another type. After true, read or skip
    /// <paramref name="count"/> values, then call <see cref="LeaveArray"/>.
    /// </summary>
    public bool TryEnterArray(out int count)
    {
        count = 0;
        if (Next is not Amf0Marker.StrictArray)
        {
            SkipIfAny();
            return false;
        }

        var declared = BinaryPrimitives.ReadUInt32BigEndian(Take(5)[1..]);
        if (declared > _rest.Length)
        {
            throw new Amf0FormatException($"an AMF0 array of {declared} values has only {_rest.Length} bytes");
        }

        count = (int)declared;
        Descend();
        return true;
    }

    public void LeaveArray() => _depth--;

    /// <summary>Passes over one value of any type.</summary>
    public void Skip()
    {
        switch (Next)
        {
            case Amf0Marker.Number:
                Take(9);
                break;
            case Amf0Marker.Boolean:
                Take(2);
                break;
            case Amf0Marker.String or Amf0Marker.LongString or Amf0Marker.XmlDocument:
                TryReadString(out ReadOnlySpan<byte> _);
                break;
            case Amf0Marker.Object or Amf0Marker.EcmaArray or Amf0Marker.TypedObject:
                TryEnterObject();
                while (TryReadProperty(out _))
                {
                    Skip();
                }

                break;
            case Amf0Marker.StrictArray:
                TryEnterArray(out var count);
                for (; count > 0; count--)
                {
                    Skip();
                }

                LeaveArray();
                break;
            case Amf0Marker.Null or Amf0Marker.Undefined or Amf0Marker.Unsupported:
                Take(1);
                break;
            case Amf0Marker.Reference:
                Take(3);
                break;
            case Amf0Marker.Date:
                Take(11);
                break;
            case Amf0Marker.AvmPlusObject:
                // Its length cannot be known without reading AMF3, of which nothing here is wanted.
                _rest = default;
                break;
            case null:
                throw Cut();
            default:
                throw new Amf0FormatException($"AMF0 has no type 0x{_rest[0]:x2}");
        }
    }

    private void SkipIfAny()
    {
        if (!_rest.IsEmpty)
        {
            Skip();
        }
    }

    private void Descend()
    {
        if (++_depth > depthMax)
        {
            throw new Amf0FormatException($"AMF0 values are nested more than {depthMax} deep");
        }
    }

    private ReadOnlySpan<byte> TakeUtf8() => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2)));

    private ReadOnlySpan<byte> TakeLongUtf8()
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(Take(4));
        return length <= _rest.Length ? Take((int)length) : throw Cut();
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw Cut();
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static Amf0FormatException Cut() => new("an AMF0 value is cut off");
}
