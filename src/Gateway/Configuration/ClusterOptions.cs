namespace Streaming.Gateway.Configuration;

/// <summary>How nodes work together. A node that is told of no other is a cluster of one.</summary>
public sealed record ClusterOptions
{
    private const string InProcess = "in-process";

    /// <summary>Of older files, which had to say <c>in-process</c>. There is nothing to choose any more.</summary>
    public string Engine { get; init; } = InProcess;

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Engine != InProcess)
        {
            yield return $"{nameof(Engine)} is '{Engine}'; it may be left out, or '{InProcess}' as in older files.";
        }
    }
}
