using System.Collections.Immutable;

namespace Streaming.Playlists;

/// <summary>
/// A segment as a playlist lists it, its tags' lasting effect worked out. The one that is growing has no address yet.
/// </summary>
public sealed record CheckedSegment(
    long MediaSequence,
    long DiscontinuitySequence,
    string? Uri,
    decimal Duration,
    bool IsGap,
    string? Map,
    DateTimeOffset? ProgramDateTime,
    ImmutableArray<CheckedPart> Parts)
{
    /// <summary>It stands for the same media.</summary>
    public bool Is(CheckedSegment other) => this with { Parts = default } == other with { Parts = default };
}
