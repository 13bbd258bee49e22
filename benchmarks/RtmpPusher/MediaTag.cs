namespace Streaming.RtmpPusher;

/// <summary>A tag of the FLV file, which is also a message of RTMP. Adobe FLV 10.1 §E.4.1.</summary>
/// <param name="Type">8 audio, 9 video, 18 script data.</param>
/// <param name="TimestampMs">Time within the file.</param>
/// <param name="Body">The tag's data.</param>
internal readonly record struct MediaTag(byte Type, uint TimestampMs, byte[] Body)
{
    public const byte Audio = 8;
    public const byte Video = 9;
    public const byte Script = 18;

    /// <summary>AVC or AAC sequence header: what is sent once, before the media.</summary>
    public bool IsSequenceHeader => Type switch
    {
        Video => Body is [0x17, 0, ..],
        Audio => Body is [var header, 0, ..] && header >> 4 == 10,
        _ => false,
    };
}
