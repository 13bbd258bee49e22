namespace Streaming.RtmpPusher;

/// <summary>An RTMP message that a server sent. RTMP 1.0 §5.3.</summary>
internal readonly record struct RtmpMessage(byte Type, byte[] Body)
{
    public const byte SetChunkSize = 1;
    public const byte UserControl = 4;
    public const byte CommandAmf0 = 20;
}

/// <summary>The server said no, or ended the broadcast.</summary>
internal sealed class RtmpRefusedException(string message) : Exception(message);
