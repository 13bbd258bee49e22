namespace Streaming.Cluster.Governor;

/// <summary>How much of what was asked for viewers of a broadcast get now.</summary>
public enum QualityLevel
{
    /// <summary>Every quality, and all of the past that is to be there.</summary>
    Full,

    /// <summary>The source and the lower qualities, or less of the past because storage takes nothing.</summary>
    Reduced,

    /// <summary>The source alone: the other qualities are not there yet, or no more.</summary>
    SourceOnly,
}

/// <summary>How much of what was asked for viewers get, and why not all of it.</summary>
/// <param name="Level">How much.</param>
/// <param name="Reason">A sentence for people; null when nothing is missing.</param>
public sealed record Quality(QualityLevel Level, string? Reason);
