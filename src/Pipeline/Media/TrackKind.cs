namespace Streaming.Pipeline.Media;

/// <summary>What a track carries. A broadcast has at most one of each from its publisher.</summary>
public enum TrackKind
{
    Video,
    Audio,
}
