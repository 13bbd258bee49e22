using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// What is true of a rendition's complete segments taken together: found out once per list of them, that is once per
/// segment, however many parts and playlists follow. The window may hold thousands.
/// </summary>
internal sealed class SegmentTraits
{
    private static readonly ConditionalWeakTable<Segment[], SegmentTraits> Known = [];

    private SegmentTraits(Segment[] segments)
    {
        HasMedia = Array.Exists(segments, static segment => !segment.IsGap);
        IsIndependent = Array.TrueForAll(segments, static segment => segment.Independent || segment.IsGap);
    }

    /// <summary>There is one that is no gap.</summary>
    public bool HasMedia { get; }

    /// <summary>Each that is no gap begins with a sync sample.</summary>
    public bool IsIndependent { get; }

    public static SegmentTraits Of(ImmutableArray<Segment> segments) =>
        Known.GetValue(ImmutableCollectionsMarshal.AsArray(segments)!, static array => new SegmentTraits(array));
}
