using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>One rendition of a broadcast as a reader sees it at one moment. Immutable.</summary>
public sealed record RenditionSnapshot
{
    /// <summary>Name in addresses: <c>source</c>, <c>audio</c>, or the rung's like <c>720p</c>.</summary>
    public required string Name { get; init; }

    public required TrackKind Kind { get; init; }

    /// <summary>
    /// The configurations that its segments refer to by index, oldest first. One is added where parameters changed, which
    /// is always at a discontinuity. Never empty.
    /// </summary>
    public required ImmutableArray<TrackConfiguration> Initializations { get; init; }

    /// <summary>Upper bound of every part's duration, constant.</summary>
    public required TimeSpan PartTarget { get; init; }

    /// <summary>The complete segments of the window, oldest first, without holes in their media sequence numbers.</summary>
    public required SegmentList Segments { get; init; }

    /// <summary>The segment that is growing, null before its first part.</summary>
    public Segment? Open { get; init; }

    /// <summary>Largest bit rate of any segment so far, in bit/s; at least 1 once a segment is complete.</summary>
    public required int PeakBitRate { get; init; }

    /// <summary>Mean bit rate of the segments so far, in bit/s; at least 1 once a segment is complete.</summary>
    public required int AverageBitRate { get; init; }

    /// <summary>Measured pictures per second, 0 when not known yet or for audio.</summary>
    public required double FrameRate { get; init; }

    /// <summary>
    /// It is offered to new viewers. A rung that was taken off the ladder stays readable for those who still play it.
    /// </summary>
    public required bool IsOffered { get; init; }

    /// <summary>The complete segment with that media sequence number, null when it is not in the window.</summary>
    public Segment? Find(long mediaSequence) => Segments.Find(mediaSequence);

    /// <summary>The configuration in force now.</summary>
    public TrackConfiguration Configuration => Initializations[^1];

    /// <summary>Ticks per second of its decode times.</summary>
    public uint Timescale => Configuration.Timescale;
}
