namespace Streaming.Pipeline.Rtmp.Messages;

/// <summary>What a message carries. RTMP 1.0 §5.4 and §7.1.</summary>
internal enum RtmpMessageType : byte
{
    SetChunkSize = 1,
    Abort = 2,
    Acknowledgement = 3,
    UserControl = 4,
    WindowAcknowledgementSize = 5,
    SetPeerBandwidth = 6,
    Audio = 8,
    Video = 9,
    DataAmf3 = 15,
    SharedObjectAmf3 = 16,
    CommandAmf3 = 17,
    DataAmf0 = 18,
    SharedObjectAmf0 = 19,
    CommandAmf0 = 20,
    Aggregate = 22,
}

internal static class RtmpMessageTypes
{
    extension(RtmpMessageType type)
    {
        /// <summary>Whether a message of this type carries media, and so may be long.</summary>
        public bool CarriesMedia => type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0
            or RtmpMessageType.DataAmf3 or RtmpMessageType.Aggregate;
    }
}
