using System.Buffers.Binary;

namespace Streaming.RtmpPusher;

/// <summary>Reads a server's messages from its chunks. RTMP 1.0 §5.3.1.</summary>
internal sealed class ChunkReader(Stream stream)
{
    /// <summary>Longest message that a server has reason to send to a publisher.</summary>
    private const int MessageLengthMax = 1 << 20;

    private static readonly int[] HeaderLengths = [11, 7, 3, 0];

    private readonly Dictionary<int, ChunkStream> _streams = [];
    private readonly byte[] _header = new byte[11];
    private int _chunkSize = 128;

    /// <summary>The next whole message. Throws <see cref="EndOfStreamException"/> when the server has closed.</summary>
    public async ValueTask<RtmpMessage> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var basic = await ReadByteAsync(cancellationToken);
            var id = (basic & 0x3F) switch
            {
                0 => 64 + await ReadByteAsync(cancellationToken),
                1 => 64 + await ReadByteAsync(cancellationToken) + (await ReadByteAsync(cancellationToken) << 8),
                var small => small,
            };
            if (!_streams.TryGetValue(id, out var chunks))
            {
                _streams[id] = chunks = new ChunkStream();
            }

            await ReadHeaderAsync(chunks, basic >> 6, cancellationToken);
            var length = Math.Min(_chunkSize, chunks.Body.Length - chunks.Filled);
            await stream.ReadExactlyAsync(chunks.Body.AsMemory(chunks.Filled, length), cancellationToken);
            chunks.Filled += length;
            if (chunks.Filled < chunks.Body.Length)
            {
                continue;
            }

            var message = new RtmpMessage(chunks.Type, chunks.Body);
            chunks.Body = new byte[chunks.Body.Length];
            chunks.Filled = 0;
            if (message is { Type: RtmpMessage.SetChunkSize, Body.Length: >= 4 })
            {
                _chunkSize = Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(message.Body), 1, MessageLengthMax);
            }

            return message;
        }
    }

    private async ValueTask ReadHeaderAsync(ChunkStream chunks, int format, CancellationToken cancellationToken)
    {
        var header = _header.AsMemory(0, HeaderLengths[format]);
        await stream.ReadExactlyAsync(header, cancellationToken);
        if (format <= 1)
        {
            var lengthAndType = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(3));
            if (lengthAndType >> 8 > MessageLengthMax)
            {
                throw new InvalidDataException($"the server announces a message of {lengthAndType >> 8} bytes");
            }

            chunks.Type = (byte)lengthAndType;
            chunks.Body = new byte[lengthAndType >> 8];
            chunks.Filled = 0;
        }

        if (format <= 2)
        {
            chunks.IsExtended = _header is [0xFF, 0xFF, 0xFF, ..];
        }

        if (chunks.IsExtended)
        {
            await stream.ReadExactlyAsync(_header.AsMemory(0, 4), cancellationToken);
        }
    }

    private async ValueTask<int> ReadByteAsync(CancellationToken cancellationToken)
    {
        await stream.ReadExactlyAsync(_header.AsMemory(0, 1), cancellationToken);
        return _header[0];
    }

    private sealed class ChunkStream
    {
        public byte Type { get; set; }

        public byte[] Body { get; set; } = [];

        public int Filled { get; set; }

        public bool IsExtended { get; set; }
    }
}
