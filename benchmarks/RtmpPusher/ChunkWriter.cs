using System.Buffers;
using System.Buffers.Binary;

namespace Streaming.RtmpPusher;

/// <summary>Writes messages as chunks, each message with a full header (type 0). RTMP 1.0 §5.3.1.</summary>
internal sealed class ChunkWriter(IBufferWriter<byte> buffer)
{
    /// <summary>What holds until SetChunkSize was sent. RTMP 1.0 §5.4.1.</summary>
    private const int DefaultChunkSize = 128;

    private int _chunkSize = DefaultChunkSize;

    public void WriteSetChunkSize(int size)
    {
        var body = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(body, size);
        Write(2, RtmpMessage.SetChunkSize, 0, 0, body);
        _chunkSize = size;
    }

    /// <param name="chunkStream">2 to 63.</param>
    /// <param name="type">The message type id.</param>
    /// <param name="timestampMs">Below 0xFFFFFF: longer times, which need another field, are not pushed.</param>
    /// <param name="messageStream">The message stream id.</param>
    /// <param name="body">The message.</param>
    public void Write(int chunkStream, byte type, uint timestampMs, uint messageStream, ReadOnlySpan<byte> body)
    {
        var header = buffer.GetSpan(12);
        header[0] = (byte)chunkStream;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], timestampMs << 8);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (uint)body.Length << 8 | type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], messageStream);
        buffer.Advance(12);

        var first = Math.Min(body.Length, _chunkSize);
        buffer.Write(body[..first]);
        for (var rest = body[first..]; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, _chunkSize)..])
        {
            buffer.GetSpan(1)[0] = (byte)(0xC0 | chunkStream);
            buffer.Advance(1);
            buffer.Write(rest[..Math.Min(rest.Length, _chunkSize)]);
        }
    }
}
