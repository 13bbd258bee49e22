namespace Streaming.Pipeline.Codecs;

/// <summary>
/// Reads bits, the most significant first. Past the end it gives zeros and remembers that it did, so that a parser
/// tests once, when it is done.
/// </summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>More was read than there was.</summary>
    public bool IsOverrun { get; private set; }

    /// <summary>Bits that are left.</summary>
    public readonly int Remaining => (_bytes.Length * 8) - _position;

    public bool ReadFlag() => Read(1) != 0;

    /// <summary>Reads <paramref name="count"/> bits, 0 to 32.</summary>
    public uint Read(int count)
    {
        if (count > Remaining)
        {
            IsOverrun = true;
            _position = _bytes.Length * 8;
            return 0;
        }

        ulong value = 0;
        var left = count;
        while (left > 0)
        {
            var inByte = 8 - (_position & 7);
            var taken = Math.Min(inByte, left);
            var bits = (_bytes[_position >> 3] >> (inByte - taken)) & ((1 << taken) - 1);
            value = (value << taken) | (uint)bits;
            _position += taken;
            left -= taken;
        }

        return (uint)value;
    }

    public void Skip(int count)
    {
        if (count > Remaining)
        {
            IsOverrun = true;
            count = Remaining;
        }

        _position += count;
    }

    /// <summary>Goes on to the next byte boundary, if not at one.</summary>
    public void AlignToByte() => _position = (_position + 7) & ~7;
}
