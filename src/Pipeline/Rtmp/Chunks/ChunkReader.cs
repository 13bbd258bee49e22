using System.Buffers;
using System.Buffers.Binary;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Chunks;

/// <summary>
/// Puts messages together from the peer's chunks. RTMP 1.0 §5.3. Payload is taken out of the buffer as it comes, so
/// that nothing but a cut header ever waits there, and each byte is copied once into the message's array.
/// </summary>
internal sealed class ChunkReader(RtmpLimits limits)
{
    /// <summary>Chunk size until the peer sets another. §5.4.1.</summary>
    private const int ChunkSizeInitial = 128;

    /// <summary>What a command may claim ahead of its bytes: more than any needs.</summary>
    private const int CommandClaim = 2 << 10;

    /// <summary>What a publisher's message may claim ahead of its bytes before a longer one was completed.</summary>
    private const int MediaClaim = 32 << 10;

    private const int NearIdsCount = 64;

    private readonly ChunkStream?[] _near = new ChunkStream?[NearIdsCount];
    private Dictionary<int, ChunkStream>? _far;
    private int _count;
    private int _chunkSize = ChunkSizeInitial;
    private int _claimMax = CommandClaim;
    private int _mediaLengthMax = limits.CommandLengthMax;
    private int _heldMax = Math.Min(2 * limits.CommandLengthMax, limits.PartialLengthMax);
    private int _held;

    // The chunk whose payload is being read, if any.
    private ChunkStream? _open;
    private int _openMissing;

    /// <summary>Memory held by the messages in progress, in bytes.</summary>
    public int Held => _held;

    /// <summary>Whether the peer stopped between messages, with nothing begun.</summary>
    public bool IsBetweenMessages => _held == 0 && _open is null;

    /// <summary>
    /// Raises the limits to those of a publisher. Until then all messages are bound like commands, and all in progress
    /// together to two of the longest: who has shown no key gets no memory.
    /// </summary>
    public void AdmitMedia()
    {
        _mediaLengthMax = limits.MessageLengthMax;
        _heldMax = limits.PartialLengthMax;
        _claimMax = Math.Max(_claimMax, MediaClaim);
    }

    /// <summary>
    /// Reads the next complete message off the front of <paramref name="buffer"/>, or consumes what there is and says
    /// false.
    /// </summary>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out RtmpMessage message)
    {
        while (true)
        {
            if (_open is null && !TryReadHeader(ref buffer))
            {
                message = default;
                return false;
            }

            if (_openMissing > 0)
            {
                TakePayload(ref buffer);
                if (_openMissing > 0)
                {
                    message = default;
                    return false;
                }
            }

            var stream = _open!;
            _open = null;
            if (stream.Missing == 0)
            {
                _held -= stream.Held;
                _claimMax = Math.Max(_claimMax, stream.Held);
                message = stream.Complete();
                return true;
            }
        }
    }

    /// <summary>The peer's Set Chunk Size; it holds from the next chunk on, whatever is in progress. §5.4.1.</summary>
    public void SetChunkSize(uint size)
    {
        if (size is 0 || size > limits.ChunkSizeMax)
        {
            throw new RtmpProtocolException($"chunk size {size} is not within 1 and {limits.ChunkSizeMax}");
        }

        _chunkSize = (int)size;
    }

    /// <summary>The peer's Abort Message: what is in progress on a chunk stream stays incomplete. §5.4.2.</summary>
    public void Abort(uint chunkStreamId)
    {
        if (chunkStreamId <= int.MaxValue && Find((int)chunkStreamId) is { IsPartial: true } stream)
        {
            Discard(stream);
        }
    }

    /// <summary>Gives the memory of all messages in progress back.</summary>
    public void DiscardAll()
    {
        foreach (var stream in _near)
        {
            stream?.Discard();
        }

        foreach (var stream in _far?.Values ?? Enumerable.Empty<ChunkStream>())
        {
            stream.Discard();
        }

        _held = 0;
        _open = null;
        _openMissing = 0;
    }

    private bool TryReadHeader(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> joined = stackalloc byte[ChunkHeader.LengthMax];
        scoped var source = buffer.FirstSpan;
        if (source.Length < ChunkHeader.LengthMax && !buffer.IsSingleSegment)
        {
            var front = buffer.Slice(0, Math.Min(buffer.Length, ChunkHeader.LengthMax));
            front.CopyTo(joined);
            source = joined[..(int)front.Length];
        }

        if (!ChunkHeader.TryRead(source, out var header, out var length))
        {
            return false;
        }

        var stream = Find(header.ChunkStreamId) ?? Open(header.ChunkStreamId);
        if (header.Format >= 2 && !stream.HasHeader)
        {
            throw new RtmpProtocolException(
                $"chunk stream {header.ChunkStreamId} starts with a header of type {header.Format}, which refers back");
        }

        if (!TryReadExtended(source[length..], header, stream, out var extended, out var extendedLength))
        {
            return false;
        }

        if (!Continues(stream, header))
        {
            if (stream.IsPartial)
            {
                Discard(stream);
            }

            stream.Begin(header, extended);
            CheckLength(stream);
        }

        buffer = buffer.Slice(length + extendedLength);
        _open = stream;
        _openMissing = Math.Min(_chunkSize, stream.Missing);
        return true;
    }

    /// <summary>
    /// Whether the chunk goes on with the message in progress. Continuations should be of type 3 (§5.3.1.2.4), but some
    /// encoders repeat the message's header; a header that says something else starts over.
    /// </summary>
    private static bool Continues(ChunkStream stream, in ChunkHeader header) => stream.IsPartial
        && (header.Format >= 2
            || (header.MessageLength == stream.MessageLength && header.MessageType == stream.MessageType));

    /// <summary>
    /// Reads the extended timestamp if there is one. In type 3 chunks the specification repeats it (§5.3.1.3), which
    /// librtmp for long did not: it is there if the bytes equal it.
    /// </summary>
    private static bool TryReadExtended(
        ReadOnlySpan<byte> source, in ChunkHeader header, ChunkStream stream, out uint? extended, out int length)
    {
        extended = null;
        length = 0;
        if (header.HasTimestampField)
        {
            if (header.TimestampField != ChunkHeader.ExtendedTimestamp)
            {
                return true;
            }

            length = 4;
            if (source.Length < length)
            {
                return false;
            }

            extended = BinaryPrimitives.ReadUInt32BigEndian(source);
            return true;
        }

        if (stream.Extended is { } last)
        {
            Span<byte> repeated = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(repeated, last);
            var known = Math.Min(source.Length, repeated.Length);
            var mayRepeat = source[..known].SequenceEqual(repeated[..known]);
            if (mayRepeat && known < repeated.Length)
            {
                return false;
            }

            length = mayRepeat ? repeated.Length : 0;
        }

        return true;
    }

    private void TakePayload(ref ReadOnlySequence<byte> buffer)
    {
        var stream = _open!;
        var length = (int)Math.Min(buffer.Length, _openMissing);
        if (length == 0)
        {
            return;
        }

        var held = stream.Held;
        stream.Append(buffer.Slice(0, length), _claimMax);
        _held += stream.Held - held;
        buffer = buffer.Slice(length);
        _openMissing -= length;
        if (_held > _heldMax)
        {
            throw new RtmpProtocolException($"messages in progress hold {_held} bytes, more than {_heldMax}");
        }
    }

    private void CheckLength(ChunkStream stream)
    {
        var max = stream.MessageType.CarriesMedia ? _mediaLengthMax : limits.CommandLengthMax;
        if (stream.MessageLength > max)
        {
            throw new RtmpProtocolException(
                $"a message of type {(int)stream.MessageType} has {stream.MessageLength} bytes, more than {max}");
        }
    }

    private void Discard(ChunkStream stream)
    {
        _held -= stream.Held;
        stream.Discard();
    }

    private ChunkStream? Find(int id) => id < NearIdsCount ? _near[id] : _far?.GetValueOrDefault(id);

    private ChunkStream Open(int id)
    {
        if (++_count > limits.ChunkStreamsMax)
        {
            throw new RtmpProtocolException($"more than {limits.ChunkStreamsMax} chunk streams");
        }

        var stream = new ChunkStream();
        if (id < NearIdsCount)
        {
            _near[id] = stream;
        }
        else
        {
            (_far ??= []).Add(id, stream);
        }

        return stream;
    }
}
