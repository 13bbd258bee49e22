using System.Buffers;

namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// A growing run of bytes in one array of the shared pool. It holds an array only from the first <see cref="Append"/>
/// to <see cref="Release"/>, and asks for about as much as it needed before, so that a steady stream does not make it
/// grow.
/// </summary>
internal sealed class PooledBuffer
{
    private const int FirstCapacity = 1024;

    private byte[] _array = [];
    private int _expected = FirstCapacity;

    public int Length { get; private set; }

    /// <summary>Borrowed: valid until the next <see cref="Append"/> or <see cref="Release"/>.</summary>
    public Span<byte> Written => _array.AsSpan(0, Length);

    /// <summary>
    /// Lengthens the run by <paramref name="count"/> bytes, whose content is arbitrary until the caller writes them.
    /// Borrowed: valid until the next <see cref="Append"/> or <see cref="Release"/>.
    /// </summary>
    public Span<byte> Append(int count)
    {
        if (count > _array.Length - Length)
        {
            Grow(count);
        }

        var added = _array.AsSpan(Length, count);
        Length += count;
        return added;
    }

    /// <summary>Gives the array back and begins anew.</summary>
    public void Release()
    {
        // Forgets slowly: a part with a key frame is followed by several that are much smaller.
        _expected = Math.Max(Length, _expected - (_expected / 8));
        ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        var needed = checked(Length + count);
        var doubled = (int)Math.Min(2L * _array.Length, Array.MaxLength);
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(doubled, _expected)));
        Written.CopyTo(grown);
        ArrayPool<byte>.Shared.Return(_array);
        _array = grown;
    }
}
