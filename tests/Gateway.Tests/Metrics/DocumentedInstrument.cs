using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>A row of the table in docs/metrics.md.</summary>
internal sealed record DocumentedInstrument(string Name, string Kind, string Unit)
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<DocumentedInstrument> ReadAll() =>
    [
        .. from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "metrics.md"))
           where line.StartsWith("| `streaming.", StringComparison.Ordinal)
           let cells = line.Split('|', StringSplitOptions.TrimEntries)
           select new DocumentedInstrument(cells[1].Trim('`'), cells[2], cells[3].Trim('`')),
    ];

    /// <summary>The names that Prometheus has for it. OpenTelemetry, "Prometheus and OpenMetrics Compatibility".</summary>
    public IEnumerable<string> PrometheusNames
    {
        get
        {
            var unit = Unit switch
            {
                "By" => "_bytes",
                "s" => "_seconds",
                _ => "", // Annotations in braces are left out.
            };
            var name = Name.Replace('.', '_') + unit;
            return Kind switch
            {
                "counter" => [name + "_total"],
                "histogram" => [name + "_bucket", name + "_sum", name + "_count"],
                _ => [name],
            };
        }
    }
}
