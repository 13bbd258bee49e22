using System.Buffers;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp.Chunks;

/// <summary>Chunks written by hand, and what the reader makes of them.</summary>
internal static class ChunkBytes
{
    public static byte[] Type0(int id, uint timestamp, int length, byte type, uint streamId, params byte[] rest) =>
        Chunk(new ChunkHeader(0, id, timestamp, length, (RtmpMessageType)type, streamId), rest);

    public static byte[] Type1(int id, uint delta, int length, byte type, params byte[] rest) =>
        Chunk(new ChunkHeader(1, id, delta, length, (RtmpMessageType)type, 0), rest);

    public static byte[] Type2(int id, uint delta, params byte[] rest) => Chunk(new ChunkHeader(2, id, delta, 0, 0, 0), rest);

    public static byte[] Type3(int id, params byte[] rest) => Chunk(new ChunkHeader(3, id, 0, 0, 0, 0), rest);

    public static byte[] Bytes(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <summary>All messages in the bytes, which come in pieces cut at <paramref name="cuts"/>.</summary>
    public static List<ReadMessage> Read(ChunkReader reader, ReadOnlySpan<byte> bytes, params IEnumerable<int> cuts)
    {
        var messages = new List<ReadMessage>();
        var data = bytes.ToArray();
        var start = 0;
        foreach (var end in cuts.Append(data.Length))
        {
            var buffer = new ReadOnlySequence<byte>(data, start, end - start);
            while (reader.TryRead(ref buffer, out var message))
            {
                messages.Add(new ReadMessage(message.Type, message.StreamId, message.TimestampMs, message.Body.ToArray()));
                message.Release();
            }

            start = end - (int)buffer.Length;
        }

        return messages;
    }

    public static List<ReadMessage> Read(params byte[][] chunks) => Read(Reader(), [.. chunks.SelectMany(c => c)]);

    /// <summary>The timestamps of the messages in the chunks.</summary>
    public static IEnumerable<uint> Times(params byte[][] chunks) => Read(chunks).Select(message => message.TimestampMs);

    public static ChunkReader Reader(RtmpLimits? limits = null)
    {
        var reader = new ChunkReader(limits ?? new RtmpLimits());
        reader.AdmitMedia();
        return reader;
    }

    private static byte[] Chunk(ChunkHeader header, byte[] rest)
    {
        var span = new byte[ChunkHeader.LengthMax];
        var length = header.Write(span);
        return [.. span.AsSpan(0, length), .. rest];
    }
}
