using System.Diagnostics.Metrics;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Gateway.Access;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Logging;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.Metrics;

/// <summary>
/// Brings the node's instruments to whoever watches it: <c>/metrics</c> for Prometheus, OTLP where it is configured. All instruments
/// are in docs/metrics.md. This is the one place that knows OpenTelemetry.
/// </summary>
internal static class MetricsHosting
{
    /// <summary>Where Prometheus looks.</summary>
    public const string Path = "/metrics";

    /// <summary>Who asks sooner gets the same answer.</summary>
    private const int AnswerHoldsMs = 1_000;

    private const string KestrelMeter = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>The meters that are ours.</summary>
    public static readonly string[] Meters =
    [
        IngestInstruments.MeterName,
        BroadcastInstruments.MeterName,
        TranscoderInstruments.MeterName,
        StorageInstruments.MeterName,
        PlaybackInstruments.MeterName,
        ConnectionInstruments.MeterName,
        AccessInstruments.MeterName,
        LogInstruments.MeterName,
    ];

    public static void AddNodeMetrics(this IServiceCollection services, MetricsOptions options)
    {
        services.AddSingleton<LiveInstruments>();
        services.AddSingleton<StorageInstruments>();
        services.AddSingleton<PlaybackInstruments>();
        services.AddSingleton<ConnectionInstruments>();
        services.AddSingleton<AccessInstruments>();
        services.AddSingleton<LogInstruments>();
        services.AddSingleton<Egress>();
        services.AddHostedService<InstrumentStart>();
        services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService("streaming"))
            .WithMetrics(metrics =>
            {
                // The runtime's own: memory, collections, threads, exceptions.
                metrics.AddMeter([.. Meters, KestrelMeter, "System.Runtime"]);
                metrics.AddPrometheusExporter(static prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = AnswerHoldsMs);
                if (!string.IsNullOrEmpty(options.Otlp))
                {
                    metrics.AddOtlpExporter(otlp => (otlp.Endpoint, otlp.Protocol) = (new Uri(options.Otlp), OtlpExportProtocol.HttpProtobuf));
                }
            });
        services.ConfigureOpenTelemetryMeterProvider(static (provider, metrics) =>
        {
            var own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => IsWanted(instrument, own) ? null : MetricStreamConfiguration.Drop);
        });
    }

    public static void MapNodeMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint(Path);

    /// <summary>
    /// OpenTelemetry hears all meters of the process, and tests have more than one node in it. Of Kestrel's instruments those that cost
    /// something with each request or connection are left alone.
    /// </summary>
    private static bool IsWanted(Instrument instrument, IMeterFactory own) =>
        (instrument.Meter.Scope is null || instrument.Meter.Scope == own)
        && (instrument.Meter.Name != KestrelMeter || instrument.Name == "kestrel.active_connections");
}
