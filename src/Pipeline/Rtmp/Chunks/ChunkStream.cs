using System.Buffers;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Chunks;

/// <summary>
/// One chunk stream of the peer: the header that its later chunks refer back to, and the message in progress. RTMP 1.0
/// §5.3.
/// </summary>
internal sealed class ChunkStream
{
    private byte[] _body = [];
    private int _filled;

    /// <summary>A header of type 0 or 1 has come, so there is something to refer back to.</summary>
    public bool HasHeader { get; private set; }

    /// <summary>A message has begun and is not complete.</summary>
    public bool IsPartial { get; private set; }

    public int MessageLength { get; private set; }

    public RtmpMessageType MessageType { get; private set; }

    /// <summary>The last header's extended timestamp, if it had one: what type 3 chunks may repeat.</summary>
    public uint? Extended { get; private set; }

    /// <summary>Time of the message in progress, or of the last one.</summary>
    public uint TimestampMs { get; private set; }

    /// <summary>Bytes of the message still to come.</summary>
    public int Missing => MessageLength - _filled;

    /// <summary>Size of the array that the message in progress holds.</summary>
    public int Held => _body.Length;

    private uint MessageStreamId { get; set; }

    private uint DeltaMs { get; set; }

    /// <summary>Takes over what the header of a new message says.</summary>
    public void Begin(in ChunkHeader header, uint? extended)
    {
        if (header.Format <= 1)
        {
            MessageLength = header.MessageLength;
            MessageType = header.MessageType;
            HasHeader = true;
        }

        var field = extended ?? header.TimestampField;
        switch (header.Format)
        {
            case 0:
                MessageStreamId = header.MessageStreamId;
                TimestampMs = field;
                DeltaMs = TimestampReading.DeltaAfterAbsolute(field);
                Extended = extended;
                break;
            case 1 or 2:
                DeltaMs = TimestampReading.Delta(TimestampMs, field, extended.HasValue);
                TimestampMs += DeltaMs;
                Extended = extended;
                break;
            default:
                TimestampMs += DeltaMs;
                break;
        }

        IsPartial = true;
        _filled = 0;
    }

    /// <summary>Copies the next bytes of the body into the array, which grows up to the message's length.</summary>
    /// <param name="bytes">No more than <see cref="Missing"/>.</param>
    /// <param name="atOnceMax">How much may be rented ahead of the bytes that came.</param>
    public void Append(in ReadOnlySequence<byte> bytes, int atOnceMax)
    {
        var length = (int)bytes.Length;
        if (_body.Length < _filled + length)
        {
            Grow(_filled + length, atOnceMax);
        }

        bytes.CopyTo(_body.AsSpan(_filled));
        _filled += length;
    }

    /// <summary>Hands the complete message over, its array included.</summary>
    public RtmpMessage Complete()
    {
        var message = new RtmpMessage(MessageType, MessageStreamId, TimestampMs, _body, MessageLength);
        _body = [];
        IsPartial = false;
        return message;
    }

    /// <summary>Forgets the message in progress and gives its array back.</summary>
    public void Discard()
    {
        if (_body.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_body);
        }

        _body = [];
        IsPartial = false;
    }

    private void Grow(int needed, int atOnceMax)
    {
        var target = Math.Min(MessageLength, Math.Max(needed, Math.Max(atOnceMax, 2 * _body.Length)));
        var grown = ArrayPool<byte>.Shared.Rent(target);
        if (_body.Length > 0)
        {
            _body.AsSpan(0, _filled).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_body);
        }

        _body = grown;
    }
}
