using System.Collections.Immutable;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// A media segment of one rendition: complete and announced, or (as <see cref="RenditionSnapshot.Open"/>) still growing.
/// </summary>
public sealed record Segment
{
    /// <summary>Where it begins, common to all renditions of the broadcast.</summary>
    public required SegmentBoundary Boundary { get; init; }

    /// <summary>Decode time of its first sample, in ticks of the rendition's timescale.</summary>
    public required long DecodeTime { get; init; }

    /// <summary>Duration in ticks of the rendition's timescale; of the parts so far while it is growing.</summary>
    public required long Duration { get; init; }

    /// <summary>Index into <see cref="RenditionSnapshot.Initializations"/> of the CMAF header it needs.</summary>
    public required int Initialization { get; init; }

    /// <summary>It begins with a sync sample.</summary>
    public required bool Independent { get; init; }

    /// <summary>The rendition has no media here (a transcoder failed): EXT-X-GAP. RFC 8216bis §4.4.4.7.</summary>
    public bool IsGap { get; init; }

    /// <summary>Size in bytes; of the parts so far while it is growing.</summary>
    public required long Length { get; init; }

    /// <summary>Its parts in order; emptied once the segment is too old for parts to be listed.</summary>
    public ImmutableArray<Part> Parts { get; init; } = [];
}
