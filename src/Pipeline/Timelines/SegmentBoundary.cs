namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Where a media segment begins. Decided once, on the source, and taken over by every rendition of the broadcast: that is
/// what keeps their media sequence numbers and decode times equal.
/// </summary>
public sealed record SegmentBoundary
{
    /// <summary>Media sequence number of the segment that begins here. Grows by one. RFC 8216bis §4.4.3.2.</summary>
    public required long MediaSequence { get; init; }

    /// <summary>Decode time of the segment's first video sample, in 90 kHz ticks since the start of the broadcast.</summary>
    public required long DecodeTime { get; init; }

    /// <summary>
    /// Presentation time of the picture that the segment begins with, in 90 kHz ticks. A transcoder, whose pictures come
    /// out in presentation order, begins the segment with the first picture at or after it.
    /// </summary>
    public required long PresentationTime { get; init; }

    /// <summary>Wall-clock time of <see cref="DecodeTime"/>.</summary>
    public required DateTimeOffset ProgramDateTime { get; init; }

    /// <summary>Discontinuities before this segment since the start of the broadcast. RFC 8216bis §4.4.3.3.</summary>
    public required int DiscontinuitySequence { get; init; }

    /// <summary>
    /// Stretches before this segment in which media time and wall clock ran together; the index of the DASH period that
    /// the segment is in. Grows with every discontinuity and where segments stop being evenly long.
    /// </summary>
    public required int Period { get; init; }

    /// <summary>The source's segment begins with a sync sample.</summary>
    public required bool SourceIndependent { get; init; }
}
