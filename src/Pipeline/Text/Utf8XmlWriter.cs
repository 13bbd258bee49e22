using System.Buffers;

namespace Streaming.Pipeline.Text;

/// <summary>
/// Writes elements and attributes of an XML document, indented, without text content: all that an MPD needs.
/// Extensible Markup Language (XML) 1.0 §3.1.
/// </summary>
internal ref struct Utf8XmlWriter
{
    private const byte DurationDecimals = 7;

    private static readonly SearchValues<char> Markup = SearchValues.Create("<&\"");

    private Utf8Writer _text;
    private int _depth;
    private bool _inStartTag;

    public Utf8XmlWriter(IBufferWriter<byte> output)
    {
        _text = new Utf8Writer(output);
        _text.Write("""<?xml version="1.0" encoding="UTF-8"?>"""u8);
    }

    public void Start(scoped ReadOnlySpan<byte> element)
    {
        CloseStartTag();
        BeginLine();
        _text.Write("<"u8);
        _text.Write(element);
        _inStartTag = true;
        _depth++;
    }

    public void End(scoped ReadOnlySpan<byte> element)
    {
        _depth--;
        if (_inStartTag)
        {
            _text.Write("/>"u8);
            _inStartTag = false;
            return;
        }

        BeginLine();
        _text.Write("</"u8);
        _text.Write(element);
        _text.Write(">"u8);
    }

    /// <summary>An attribute whose value holds no markup.</summary>
    public void Attribute(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        BeginAttribute(name);
        _text.Write(value);
        EndAttribute();
    }

    public void Attribute(scoped ReadOnlySpan<byte> name, string value)
    {
        BeginAttribute(name);
        _text.Write(value.AsSpan().ContainsAny(Markup) ? Escape(value) : value);
        EndAttribute();
    }

    public void Attribute(scoped ReadOnlySpan<byte> name, long value)
    {
        BeginAttribute(name);
        _text.Write(value);
        EndAttribute();
    }

    /// <summary>A number of that many decimals: 1500 with three of them is 1.500.</summary>
    public void Attribute(scoped ReadOnlySpan<byte> name, long value, byte decimals)
    {
        BeginAttribute(name);
        _text.WriteFixed(value, decimals);
        EndAttribute();
    }

    /// <summary>Two numbers and what stands between them: a ratio or a fraction.</summary>
    public void Attribute(scoped ReadOnlySpan<byte> name, long first, scoped ReadOnlySpan<byte> between, long second)
    {
        BeginAttribute(name);
        _text.Write(first);
        _text.Write(between);
        _text.Write(second);
        EndAttribute();
    }

    /// <summary>An xs:dateTime in UTC, to the millisecond.</summary>
    public void Attribute(scoped ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        BeginAttribute(name);
        _text.WriteUtc(value);
        EndAttribute();
    }

    /// <summary>An xs:duration in seconds, exact to .NET's tick.</summary>
    public void Attribute(scoped ReadOnlySpan<byte> name, TimeSpan value)
    {
        var (seconds, ticks) = Math.DivRem(value.Ticks, TimeSpan.TicksPerSecond);
        BeginAttribute(name);
        _text.Write("PT"u8);
        if (ticks == 0)
        {
            _text.Write(seconds);
        }
        else
        {
            var decimals = DurationDecimals;
            var fraction = value.Ticks;
            for (; fraction % 10 == 0; fraction /= 10)
            {
                decimals--;
            }

            _text.WriteFixed(fraction, decimals);
        }

        _text.Write("S"u8);
        EndAttribute();
    }

    public void Flush()
    {
        _text.Write("\n"u8);
        _text.Flush();
    }

    private static string Escape(string value) => value
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    private void BeginAttribute(scoped ReadOnlySpan<byte> name)
    {
        _text.Write(" "u8);
        _text.Write(name);
        _text.Write("=\""u8);
    }

    private void EndAttribute() => _text.Write("\""u8);

    private void CloseStartTag()
    {
        if (_inStartTag)
        {
            _text.Write(">"u8);
            _inStartTag = false;
        }
    }

    private void BeginLine()
    {
        _text.Write("\n"u8);
        for (var i = 0; i < _depth; i++)
        {
            _text.Write("  "u8);
        }
    }
}
