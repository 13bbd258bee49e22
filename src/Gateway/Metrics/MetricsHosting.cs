using System.Diagnostics.Metrics;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Tracing;
using Streaming.Cluster.Transcoding;
using Streaming.Cluster.Workers;
using Streaming.Gateway.Access;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Logging;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.Metrics;

/// <summary>
/// Brings the node's instruments to whoever watches it: <c>/metrics</c> for Prometheus, OTLP where it is configured; and its activities, by
/// OTLP. All of them are in docs/metrics.md. This is the one place that knows OpenTelemetry.
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
        ActorInstruments.MeterName,
        ChannelInstruments.MeterName,
        SlotInstruments.MeterName,
        WorkerInstruments.MeterName,
        StorageInstruments.MeterName,
        PlaybackInstruments.MeterName,
        FollowInstruments.MeterName,
        FetchInstruments.MeterName,
        ConnectionInstruments.MeterName,
        AccessInstruments.MeterName,
        LogInstruments.MeterName,
    ];

    public static void AddNodeMetrics(this IServiceCollection services, MetricsOptions options, TracesOptions traces)
    {
        services.AddSingleton<LiveInstruments>();
        services.AddSingleton<ActorInstruments>();
        services.AddSingleton<ChannelInstruments>();
        services.AddSingleton<SlotInstruments>();
        services.AddSingleton<StorageInstruments>();
        services.AddSingleton<PlaybackInstruments>();
        services.AddSingleton<ConnectionInstruments>();
        services.AddSingleton<AccessInstruments>();
        services.AddSingleton<LogInstruments>();
        services.AddSingleton<Egress>();
        services.AddHostedService<InstrumentStart>();
        var telemetry = services.AddOpenTelemetry()
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
        if (traces.AddressBeside(options) is { } collector)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(Traces.SourceName)
                .AddOtlpExporter(otlp => (otlp.Endpoint, otlp.Protocol) = (collector, OtlpExportProtocol.HttpProtobuf)));
        }

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
