using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Gateway.Configuration;

/// <summary>What viewers' connections may do.</summary>
public sealed record ConnectionOptions
{
    /// <summary>
    /// How long a viewer may take nothing of what is sent to him before he is cut off. 1 s to 5 min, default 10 s. Shorter frees
    /// memory sooner, longer is kinder to phones in tunnels. Who takes a little goes on.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems() => new[]
    {
        Outside(StallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), nameof(StallTimeout)),
    }.OfType<string>();
}
