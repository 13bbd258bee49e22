namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>What hls-parser or mpd-parser understood of one manifest; the fields are those of judge.mjs.</summary>
public sealed record Judgement(
    string? Error, MultivariantJudgement? Multivariant, MediaJudgement? Media, MpdJudgement? Mpd);

public sealed record MultivariantJudgement(int Version, bool IndependentSegments, VariantJudgement[] Variants);

public sealed record VariantJudgement(
    string Uri,
    long Bandwidth,
    long AverageBandwidth,
    string Codecs,
    int Width,
    int Height,
    double FrameRate,
    AudioJudgement[] Audio);

public sealed record AudioJudgement(string Uri, string Name, string Channels, bool IsDefault, bool Autoselect);

public sealed record MediaJudgement(
    int Version,
    bool IndependentSegments,
    int TargetDuration,
    long MediaSequence,
    int DiscontinuitySequence,
    bool Endlist,
    string? PlaylistType,
    int Skip,
    double PartTargetDuration,
    LowLatencyJudgement? LowLatency,
    ReportJudgement[] RenditionReports,
    HlsSegmentJudgement[] Segments);

public sealed record LowLatencyJudgement(bool CanBlockReload, double CanSkipUntil, double PartHoldBack);

public sealed record ReportJudgement(string Uri, long LastMSN, int LastPart);

public sealed record HlsSegmentJudgement(
    string? Uri,
    double Duration,
    long MediaSequence,
    int DiscontinuitySequence,
    bool Discontinuity,
    bool Gap,
    string? Map,
    DateTimeOffset? ProgramDateTime,
    PartJudgement[] Parts);

public sealed record PartJudgement(string Uri, bool Hint, double Duration, bool Independent);

public sealed record MpdJudgement(
    string[] Warnings,
    double Duration,
    double MinimumUpdatePeriod,
    RepresentationJudgement[] Playlists,
    RepresentationJudgement[] Audio);

public sealed record RepresentationJudgement(
    string Id, long Bandwidth, string Codecs, int Width, double FrameRate, bool EndList, DashSegmentJudgement[] Segments);

public sealed record DashSegmentJudgement(
    string Uri, string ResolvedUri, string Map, double Duration, double Timeline, double PresentationTime);
