namespace Streaming.Gateway.Configuration;

/// <summary>Where the node's metrics go, beside <c>/metrics</c>.</summary>
public sealed record MetricsOptions
{
    /// <summary>
    /// The address of an OpenTelemetry collector that gets all metrics once a minute, by OTLP over HTTP:
    /// <c>http://collector:4318/v1/metrics</c>. Unset, nobody gets them. How often, and with which headers, the variables of
    /// OpenTelemetry's specification say, such as <c>OTEL_METRIC_EXPORT_INTERVAL</c>. Where its address ends so, it gets traces too
    /// (<see cref="TracesOptions.Otlp"/>).
    /// </summary>
    public string? Otlp { get; init; }

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!string.IsNullOrEmpty(Otlp) && !IsAddress(Otlp))
        {
            yield return $"{nameof(Otlp)} is '{Otlp}'; it has to be an address such as http://collector:4318/v1/metrics.";
        }
    }

    /// <summary>Whether it is one of HTTP or HTTPS.</summary>
    internal static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
