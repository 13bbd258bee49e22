using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>What a broadcast's source made of one tag, or of a second that passed, in order. Readers see all of it or nothing.</summary>
internal sealed record SourceMedia(ImmutableArray<SourceChange> Changes);

/// <summary>One change that the source makes to its broadcast.</summary>
internal abstract record SourceChange
{
    private SourceChange()
    {
    }

    /// <summary>A segment begins, of a period whose segments' duration may have become known only now.</summary>
    public sealed record SegmentBegan(SegmentBoundary Boundary, Period Period) : SourceChange;

    /// <summary>What follows of a rendition is of that configuration. The first one begins the rendition.</summary>
    public sealed record Configured(string Rendition, TrackConfiguration Configuration, TimeSpan PartTarget) : SourceChange;

    /// <summary>A part of a rendition is complete, or a segment.</summary>
    public sealed record Packaged(string Rendition, PackagedMedia Media) : SourceChange;

    /// <summary>A publisher came, went, or has gone on for a second; pictures a second as measured, 0 when not known.</summary>
    public sealed record LookedAt(double FrameRate) : SourceChange;
}
