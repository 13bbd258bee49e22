using System.Buffers;
using System.Buffers.Binary;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Chunks;

/// <summary>How the peer is asked to limit its output. RTMP 1.0 §5.4.5.</summary>
internal enum PeerBandwidthLimit : byte
{
    Hard = 0,
    Soft = 1,
    Dynamic = 2,
}

/// <summary>Writes protocol control and user control messages. RTMP 1.0 §5.4 and §6.2.</summary>
internal static class ProtocolControl
{
    public static void WriteSetChunkSize(IBufferWriter<byte> output, int size) =>
        Write(output, RtmpMessageType.SetChunkSize, (uint)size);

    public static void WriteAcknowledgement(IBufferWriter<byte> output, uint sequenceNumber) =>
        Write(output, RtmpMessageType.Acknowledgement, sequenceNumber);

    public static void WriteWindowAcknowledgementSize(IBufferWriter<byte> output, int size) =>
        Write(output, RtmpMessageType.WindowAcknowledgementSize, (uint)size);

    public static void WriteSetPeerBandwidth(IBufferWriter<byte> output, int size, PeerBandwidthLimit limit)
    {
        Span<byte> body = stackalloc byte[5];
        BinaryPrimitives.WriteInt32BigEndian(body, size);
        body[4] = (byte)limit;
        Write(output, RtmpMessageType.SetPeerBandwidth, body);
    }

    /// <summary>A user control event whose data is one number: a message stream id, or a ping's timestamp.</summary>
    public static void WriteUserControl(IBufferWriter<byte> output, UserControlEvent type, uint data)
    {
        Span<byte> body = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(body[2..], data);
        Write(output, RtmpMessageType.UserControl, body);
    }

    /// <summary>The number that the body of most control messages is.</summary>
    public static uint ReadNumber(RtmpMessageType type, ReadOnlySpan<byte> body) =>
        BinaryPrimitives.TryReadUInt32BigEndian(body, out var value)
            ? value
            : throw new RtmpProtocolException($"a {type} message has only {body.Length} bytes");

    private static void Write(IBufferWriter<byte> output, RtmpMessageType type, uint value)
    {
        Span<byte> body = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        Write(output, type, body);
    }

    private static void Write(IBufferWriter<byte> output, RtmpMessageType type, ReadOnlySpan<byte> body) =>
        ChunkWriter.Write(output, ChunkWriter.ControlChunkStreamId, type, 0, 0, body, body.Length);
}
