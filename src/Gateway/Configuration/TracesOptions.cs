namespace Streaming.Gateway.Configuration;

/// <summary>Where it is told what becomes of claims, runs and segments.</summary>
public sealed record TracesOptions
{
    /// <summary><see cref="Otlp"/> for nobody.</summary>
    public const string Nobody = "none";

    private const string PathOfMetrics = "/v1/metrics";
    private const string PathOfTraces = "/v1/traces";

    /// <summary>
    /// The address of an OpenTelemetry collector that gets traces, by OTLP over HTTP: <c>http://collector:4318/v1/traces</c>; <c>none</c>
    /// for nobody. Unset, it is the one beside <see cref="MetricsOptions.Otlp"/>, where that ends with <c>/v1/metrics</c>. How many of them
    /// are told, the variables of OpenTelemetry's specification say, such as <c>OTEL_TRACES_SAMPLER</c>: a node stores a segment of each
    /// rendition every two seconds.
    /// </summary>
    public string? Otlp { get; init; }

    /// <summary>Where they go; null for nowhere.</summary>
    internal Uri? AddressBeside(MetricsOptions metrics)
    {
        if (!string.IsNullOrEmpty(Otlp))
        {
            return Otlp == Nobody ? null : new Uri(Otlp);
        }

        return metrics.Otlp?.EndsWith(PathOfMetrics, StringComparison.Ordinal) == true
            ? new Uri(metrics.Otlp[..^PathOfMetrics.Length] + PathOfTraces)
            : null;
    }

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!string.IsNullOrEmpty(Otlp) && Otlp != Nobody && !MetricsOptions.IsAddress(Otlp))
        {
            yield return
                $"{nameof(Otlp)} is '{Otlp}'; it has to be an address such as http://collector:4318/v1/traces, or '{Nobody}'.";
        }
    }
}
