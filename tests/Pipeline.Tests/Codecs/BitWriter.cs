using System.Numerics;

namespace Streaming.Pipeline.Tests.Codecs;

/// <summary>Writes bits as the specifications' syntax tables list them.</summary>
internal sealed class BitWriter
{
    private readonly List<bool> _bits = [];

    public BitWriter U(int count, uint value)
    {
        for (var bit = count - 1; bit >= 0; bit--)
        {
            _bits.Add(((value >> bit) & 1) == 1);
        }

        return this;
    }

    public BitWriter Flag(bool value) => U(1, value ? 1u : 0u);

    public BitWriter Ue(uint value)
    {
        var length = BitOperations.Log2(value + 1);
        return U(length, 0).U(length + 1, value + 1);
    }

    public BitWriter Se(int value) => Ue(value > 0 ? (uint)((2 * value) - 1) : (uint)(-2 * value));

    public BitWriter Align()
    {
        while (_bits.Count % 8 != 0)
        {
            _bits.Add(false);
        }

        return this;
    }

    public BitWriter Trailing() => Flag(true).Align();

    public byte[] ToArray()
    {
        var bytes = new byte[(_bits.Count + 7) / 8];
        for (var i = 0; i < _bits.Count; i++)
        {
            bytes[i / 8] |= (byte)(_bits[i] ? 0x80 >> (i % 8) : 0);
        }

        return bytes;
    }
}
