using System.Buffers.Binary;

namespace Streaming.Pipeline.Rtmp.Messages;

/// <summary>Reads User Control messages. RTMP 1.0 §6.2.</summary>
internal static class UserControl
{
    /// <summary>Reads a Ping Request; every other event of a publisher means nothing to us.</summary>
    public static bool TryReadPing(ReadOnlySpan<byte> body, out uint timestampMs)
    {
        timestampMs = 0;
        return BinaryPrimitives.TryReadUInt16BigEndian(body, out var type)
            && (UserControlEvent)type is UserControlEvent.PingRequest
            && BinaryPrimitives.TryReadUInt32BigEndian(body[2..], out timestampMs);
    }
}
