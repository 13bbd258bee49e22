using System.Buffers.Binary;

namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Writes boxes, big-endian, each inside the one that is open: <c>using (writer.Open("moof"u8)) { … }</c>. A box's size
/// is filled in when its scope ends. ISO/IEC 14496-12 §4.2.
/// </summary>
internal sealed class BoxWriter
{
    /// <summary>Size and type.</summary>
    public const int HeaderLength = 8;

    private readonly PooledBuffer _buffer = new();

    /// <summary>Bytes written so far: where the next box begins.</summary>
    public int Length => _buffer.Length;

    /// <summary>Borrowed: valid until the writer is written to or released.</summary>
    public ReadOnlySpan<byte> Written => _buffer.Written;

    /// <summary>Begins a Box of the given 4CC.</summary>
    public Scope Open(ReadOnlySpan<byte> type)
    {
        var start = _buffer.Length;
        type.CopyTo(_buffer.Append(HeaderLength)[sizeof(uint)..]);
        return new Scope(_buffer, start);
    }

    /// <summary>Begins a FullBox of the given 4CC.</summary>
    public Scope Open(ReadOnlySpan<byte> type, byte version, uint flags)
    {
        var scope = Open(type);
        WriteUInt32(((uint)version << 24) | flags);
        return scope;
    }

    public void WriteByte(byte value) => _buffer.Append(1)[0] = value;

    public void WriteUInt16(ushort value) =>
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.Append(sizeof(ushort)), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(_buffer.Append(sizeof(uint)), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.Append(sizeof(int)), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(_buffer.Append(sizeof(ulong)), value);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_buffer.Append(bytes.Length));

    /// <summary>Writes fields that are reserved or not used.</summary>
    public void WriteZeros(int count) => _buffer.Append(count).Clear();

    /// <summary>Gives the buffer back and begins anew.</summary>
    public void Release() => _buffer.Release();

    /// <summary>An open box; ends with its disposal.</summary>
    public readonly ref struct Scope(PooledBuffer buffer, int start)
    {
        public void Dispose() =>
            BinaryPrimitives.WriteInt32BigEndian(buffer.Written[start..], buffer.Length - start);
    }
}
