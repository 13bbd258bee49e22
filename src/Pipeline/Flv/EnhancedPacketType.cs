namespace Streaming.Pipeline.Flv;

/// <summary>VideoPacketType and AudioPacketType of Enhanced RTMP v2, where they mean the same.</summary>
internal enum EnhancedPacketType : byte
{
    SequenceStart = 0,
    CodedFrames = 1,
    SequenceEnd = 2,

    /// <summary>Video: coded frames whose composition time is 0 and left out.</summary>
    CodedFramesX = 3,

    /// <summary>Audio; in video this number is MPEG2TSSequenceStart.</summary>
    AudioMultitrack = 5,
    VideoMultitrack = 6,

    /// <summary>Modifiers of the packet, whose real type follows.</summary>
    ModEx = 7,
}
