namespace Streaming.Gateway.Configuration;

/// <summary>Where the node keeps its data.</summary>
public sealed record DataOptions
{
    /// <summary>
    /// A folder, default <c>./data</c>; made when missing. Media is in its folder <c>media</c>, where a volume may be mounted.
    /// </summary>
    public string Path { get; init; } = "./data";

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            yield return $"{nameof(Path)} is empty; it has to be a folder.";
        }
    }
}
