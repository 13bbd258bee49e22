namespace Streaming.Cluster.Governor;

/// <summary>How much of its ladder a broadcast has.</summary>
public enum QualityLevel
{
    /// <summary>Every quality that was asked for.</summary>
    Full,

    /// <summary>The source and the lower qualities.</summary>
    Reduced,

    /// <summary>The source alone.</summary>
    SourceOnly,
}

/// <summary>How much of its ladder a broadcast has, and why not all of it.</summary>
/// <param name="Level">How much.</param>
/// <param name="Reason">A sentence for people; null when nothing is missing.</param>
public sealed record Quality(QualityLevel Level, string? Reason);
