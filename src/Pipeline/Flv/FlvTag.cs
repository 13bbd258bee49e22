using System.Buffers;

namespace Streaming.Pipeline.Flv;

/// <summary>FLV's TagType; also the RTMP message types of media. Adobe FLV 10.1 §E.4.1.</summary>
public enum FlvTagType : byte
{
    Audio = 8,
    Video = 9,
    Script = 18,
}

/// <summary>
/// One audio, video or script tag of FLV, which is also one such message of RTMP: the form in which media enters from a
/// publisher and from a transcoder. Owned: it has one holder at a time, and the last one calls <see cref="Release"/> once.
/// </summary>
public readonly struct FlvTag
{
    private readonly byte[]? _rented;

    private FlvTag(FlvTagType type, uint timestampMs, ReadOnlyMemory<byte> body, byte[]? rented)
    {
        Type = type;
        TimestampMs = timestampMs;
        Body = body;
        _rented = rented;
    }

    /// <summary>A tag over memory that nobody has to give back.</summary>
    public FlvTag(FlvTagType type, uint timestampMs, ReadOnlyMemory<byte> body)
        : this(type, timestampMs, body, null)
    {
    }

    public FlvTagType Type { get; }

    /// <summary>Decode time in ms on the sender's 32-bit clock.</summary>
    public uint TimestampMs { get; }

    /// <summary>The tag's data: codec header and payload. Valid until <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>A tag whose body is the first <paramref name="length"/> bytes of an array of the shared pool.</summary>
    public static FlvTag OverRented(FlvTagType type, uint timestampMs, byte[] rented, int length) =>
        new(type, timestampMs, rented.AsMemory(0, length), rented);

    /// <summary>Gives the body back. Nothing that was read from it may be used afterwards.</summary>
    public void Release()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
