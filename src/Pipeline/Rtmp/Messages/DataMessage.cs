namespace Streaming.Pipeline.Rtmp.Messages;

/// <summary>
/// Data messages (RTMP 1.0 §7.1.2), which encoders use for onMetaData. Without the handler name that tells a server to
/// keep them, and without AMF3's format byte, they are the body of an FLV script tag.
/// </summary>
internal static class DataMessage
{
    private static ReadOnlySpan<byte> SetDataFrame => "\u0002\0\u000D@setDataFrame"u8;

    private static ReadOnlySpan<byte> ClearDataFrame => "\u0002\0\u000F@clearDataFrame"u8;

    private static ReadOnlySpan<byte> AmfString => "\u0002"u8;

    /// <summary>
    /// Finds the script tag's body in a data message. False if there is none: a clearing of metadata, or bytes that are
    /// no AMF0 (ffmpeg with <c>-map 0 -c copy</c> sends a camera's raw timecode).
    /// </summary>
    public static bool TryGetScript(RtmpMessageType type, ReadOnlySpan<byte> body, out Range script)
    {
        var start = type is RtmpMessageType.DataAmf3 && body is [0, ..] ? 1 : 0;
        if (body[start..].StartsWith(SetDataFrame))
        {
            start += SetDataFrame.Length;
        }

        script = start..body.Length;
        return body[start..].StartsWith(AmfString) && !body[start..].StartsWith(ClearDataFrame);
    }
}
