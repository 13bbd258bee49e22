namespace Streaming.Pipeline.Flv;

/// <summary>What a tag turned out to hold. More than one only when a frame brings its configuration in-band.</summary>
[Flags]
public enum FlvContent
{
    /// <summary>Nothing new: dropped and counted, skipped, or a repetition.</summary>
    Nothing = 0,

    /// <summary><see cref="FlvDemuxer.Video"/> is a new one. It comes before the frame of the same tag.</summary>
    VideoConfiguration = 1,

    /// <summary><see cref="FlvDemuxer.Audio"/> is a new one.</summary>
    AudioConfiguration = 2,

    /// <summary>A picture or an audio frame.</summary>
    Frame = 4,

    /// <summary>The sender says that no more video comes in this sequence.</summary>
    EndOfSequence = 8,

    /// <summary><see cref="FlvDemuxer.Metadata"/> is a new one.</summary>
    Metadata = 16,
}
