using System.Buffers.Binary;

namespace Streaming.Pipeline.Rtmp.Messages;

/// <summary>
/// Takes an Aggregate Message apart. RTMP 1.0 §7.1.6. The messages in it are laid out like FLV tags, and their
/// timestamps count from that of the first, which stands for the aggregate's own.
/// </summary>
internal struct AggregateReader(ReadOnlyMemory<byte> body, uint timestampMs)
{
    private const int HeaderLength = 11;
    private const int BackPointerLength = 4;

    private ReadOnlyMemory<byte> _rest = body;
    private uint? _firstMs;

    /// <param name="type">The message's type.</param>
    /// <param name="messageTimestampMs">Its absolute timestamp.</param>
    /// <param name="messageBody">Borrowed from the aggregate.</param>
    public bool TryRead(out RtmpMessageType type, out uint messageTimestampMs, out ReadOnlyMemory<byte> messageBody)
    {
        type = default;
        messageTimestampMs = 0;
        messageBody = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (_rest.Length < HeaderLength)
        {
            throw new RtmpProtocolException("an aggregate message is cut off in a header");
        }

        var header = _rest.Span;
        type = (RtmpMessageType)header[0];
        var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) & 0xFFFFFF);
        var ownMs = (BinaryPrimitives.ReadUInt32BigEndian(header[4..]) >> 8) | ((uint)header[7] << 24);
        if (length > _rest.Length - HeaderLength)
        {
            throw new RtmpProtocolException(
                $"a message of {length} bytes is in an aggregate that has {_rest.Length - HeaderLength} left");
        }

        _firstMs ??= ownMs;
        messageTimestampMs = timestampMs + (ownMs - _firstMs.Value);
        messageBody = _rest.Slice(HeaderLength, length);
        _rest = _rest[Math.Min(HeaderLength + length + BackPointerLength, _rest.Length)..];
        return true;
    }
}
