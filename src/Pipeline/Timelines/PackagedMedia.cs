using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>What a packager makes of one rendition's samples, as its timeline gets it.</summary>
/// <param name="Boundary">Where the segment that it belongs to begins.</param>
/// <param name="SegmentDecodeTime">Decode time of that segment in the rendition's timescale.</param>
public abstract record PackagedMedia(SegmentBoundary Boundary, long SegmentDecodeTime)
{
    /// <summary>A part is complete. <paramref name="Data"/> is one CMAF chunk, whose hold goes to who takes the part.</summary>
    public sealed record PartMade(SegmentBoundary Boundary, long SegmentDecodeTime, Part Part, MediaBuffer Data)
        : PackagedMedia(Boundary, SegmentDecodeTime);

    /// <summary>
    /// The segment is complete; without any part before this, it is empty. Its duration is in ticks of the rendition's timescale.
    /// </summary>
    public sealed record SegmentEnded(SegmentBoundary Boundary, long SegmentDecodeTime, long Duration)
        : PackagedMedia(Boundary, SegmentDecodeTime);
}
