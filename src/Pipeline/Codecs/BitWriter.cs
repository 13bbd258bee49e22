namespace Streaming.Pipeline.Codecs;

/// <summary>Writes bits, the most significant first. For what is written once, not for each frame.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> _bytes = [];
    private int _count;

    /// <summary>Writes the lowest <paramref name="count"/> bits of <paramref name="value"/>, 0 to 32.</summary>
    public BitWriter Write(uint value, int count)
    {
        while (count-- > 0)
        {
            if (_count % 8 == 0)
            {
                _bytes.Add(0);
            }

            _bytes[^1] |= (byte)((value >> count & 1) << (7 - (_count++ % 8)));
        }

        return this;
    }

    /// <summary>Goes on at the next byte boundary, with zeros up to it.</summary>
    public BitWriter Align() => Write(0, -_count & 7);

    /// <summary>Goes on at the next byte boundary, with ones up to it.</summary>
    public BitWriter AlignWithOnes() => Write(uint.MaxValue, -_count & 7);

    /// <summary>What was written, with zeros to the end of the last byte.</summary>
    public byte[] ToArray() => [.. _bytes];
}
