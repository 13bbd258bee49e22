using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Streaming.Pipeline.Text;

/// <summary>
/// Writes text as UTF-8 straight into a buffer writer, without a string in between. Nothing is the output's before
/// <see cref="Flush"/>.
/// </summary>
internal ref struct Utf8Writer(IBufferWriter<byte> output)
{
    private const int ChunkLength = 4096;
    private const int Int64LengthMax = 20;
    private const int DateTimeLength = 28;
    private const int DateTimeToMsLength = 23;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _chunk;
    private int _written;

    public void Write(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        _written += text.Length;
    }

    public void Write(string text)
    {
        // Reserving may flush, so what is written is counted after it.
        var free = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _written += Encoding.UTF8.GetBytes(text, free);
    }

    public void Write(long value) => Write(value, default);

    /// <summary>Writes a number that is counted in units of 10^-<paramref name="decimals"/>, with all its decimals.</summary>
    public void WriteFixed(long value, byte decimals)
    {
        if (value < 0)
        {
            Write("-"u8);
            value = -value;
        }

        var one = 1L;
        for (var i = 0; i < decimals; i++)
        {
            one *= 10;
        }

        Write(value / one);
        Write("."u8);
        Write(value % one, new StandardFormat('D', decimals));
    }

    /// <summary>Writes a moment in UTC to the nearest millisecond, as ISO 8601 has it.</summary>
    public void WriteUtc(DateTimeOffset moment)
    {
        var toNearestMs = moment.UtcDateTime.AddTicks(TimeSpan.TicksPerMillisecond / 2);
        Utf8Formatter.TryFormat(toNearestMs, Reserve(DateTimeLength), out _, 'O');
        _written += DateTimeToMsLength;
        Write("Z"u8);
    }

    /// <summary>Hands what was written over to the output. Called last.</summary>
    public void Flush()
    {
        _output.Advance(_written);
        _chunk = default;
        _written = 0;
    }

    private void Write(long value, StandardFormat format)
    {
        Utf8Formatter.TryFormat(value, Reserve(Int64LengthMax), out var length, format);
        _written += length;
    }

    private Span<byte> Reserve(int length)
    {
        if (_chunk.Length - _written < length)
        {
            Flush();
            _chunk = _output.GetSpan(Math.Max(length, ChunkLength));
        }

        return _chunk[_written..];
    }
}
