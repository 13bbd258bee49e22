using System.Buffers;
using System.Buffers.Binary;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Chunks;

/// <summary>
/// Writes messages as chunks: a type 0 header, then type 3 for as long as the message goes on. RTMP 1.0 §5.3. Nothing
/// refers back to an earlier message, so messages may be dropped as a whole.
/// </summary>
internal static class ChunkWriter
{
    /// <summary>The chunk stream of protocol control messages. §5.4.</summary>
    public const int ControlChunkStreamId = 2;

    /// <summary>The chunk stream that commands are written on.</summary>
    public const int CommandChunkStreamId = 3;

    public static void Write(
        IBufferWriter<byte> output,
        int chunkStreamId,
        RtmpMessageType type,
        uint messageStreamId,
        uint timestampMs,
        ReadOnlySpan<byte> body,
        int chunkSize)
    {
        var isExtended = timestampMs >= ChunkHeader.ExtendedTimestamp;
        var field = isExtended ? ChunkHeader.ExtendedTimestamp : timestampMs;
        var header = new ChunkHeader(0, chunkStreamId, field, body.Length, type, messageStreamId);
        do
        {
            WriteHeader(output, header, isExtended ? timestampMs : null);
            var length = Math.Min(chunkSize, body.Length);
            output.Write(body[..length]);
            body = body[length..];
            header = header with { Format = 3 };
        }
        while (!body.IsEmpty);
    }

    private static void WriteHeader(IBufferWriter<byte> output, in ChunkHeader header, uint? extended)
    {
        var span = output.GetSpan(ChunkHeader.LengthMax);
        var length = header.Write(span);
        if (extended is { } timestampMs)
        {
            BinaryPrimitives.WriteUInt32BigEndian(span[length..], timestampMs);
            length += 4;
        }

        output.Advance(length);
    }
}
