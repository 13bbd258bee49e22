using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>CRC32C (Castagnoli, RFC 3720 appendix B.4), the checksum of Cloud Storage, by the processor's own instruction.</summary>
internal struct Crc32C
{
    /// <summary>Of all bytes that were appended.</summary>
    public uint Value { get; private set; }

    public static Crc32C Of(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var crc = default(Crc32C);
        foreach (var piece in pieces)
        {
            crc.Append(piece.Span);
        }

        return crc;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = ~Value;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        Value = ~crc;
    }

    /// <summary>As Cloud Storage writes it: base64 of the number, big-endian.</summary>
    public override readonly string ToString()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Value);
        return Convert.ToBase64String(bytes);
    }
}
