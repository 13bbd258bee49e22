namespace Streaming.Cluster.Naming;

/// <summary>Names of renditions that are no rungs: those have the names of the ladder.</summary>
public static class RenditionNames
{
    /// <summary>What is passed through as the publisher sent it.</summary>
    public const string Source = "source";

    /// <summary>The audio that all video renditions share.</summary>
    public const string Audio = "audio";
}
