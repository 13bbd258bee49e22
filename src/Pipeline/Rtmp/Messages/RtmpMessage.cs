using System.Buffers;

namespace Streaming.Pipeline.Rtmp.Messages;

/// <summary>
/// One complete message, put together from its chunks. RTMP 1.0 §6. Owned: whoever holds it calls <see cref="Release"/>
/// once, or hands <see cref="Rented"/> on.
/// </summary>
/// <param name="Type">What it carries.</param>
/// <param name="StreamId">The message stream it belongs to; 0 is the connection itself.</param>
/// <param name="TimestampMs">The sender's 32-bit clock in ms, absolute.</param>
/// <param name="Rented">Of the shared pool, at least <paramref name="Length"/> long; empty if that is 0.</param>
/// <param name="Length">Length of the body in bytes.</param>
internal readonly record struct RtmpMessage(
    RtmpMessageType Type,
    uint StreamId,
    uint TimestampMs,
    byte[] Rented,
    int Length)
{
    public ReadOnlySpan<byte> Body => Rented.AsSpan(0, Length);

    public void Release()
    {
        if (Rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }
}
