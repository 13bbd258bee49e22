using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Removal;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Serialization;
using Streaming.Cluster.Transcoding;
using Streaming.Gateway.Access;
using Streaming.Gateway.Api;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Health;
using Streaming.Gateway.Ingest;
using Streaming.Gateway.Logging;
using Streaming.Gateway.MediaPlane;
using Streaming.Gateway.Metrics;
using Streaming.Gateway.Pages;
using Streaming.Gateway.Pictures;
using Streaming.Gateway.Playback;
using Streaming.Gateway.Recordings;
using Streaming.Gateway.Storage;
using Streaming.Pipeline.Storage.Spill;
using Streaming.Pipeline.Thumbnails;

namespace Streaming.Gateway;

/// <summary>Puts a node together: configuration, the parts, the endpoints.</summary>
public static class GatewayHost
{
    /// <summary>Builds a node.</summary>
    /// <exception cref="InvalidOperationException">
    /// The configuration does not hold; the message says what to change.
    /// </exception>
    public static WebApplication Build(params string[] args) => Build(args, static _ => { });

    /// <summary>Builds a node with parts of a test's own.</summary>
    internal static WebApplication Build(string[] args, Action<IServiceCollection> add)
    {
        // The empty builder: what the node is made of stands here, and nothing watches files for changes.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
        var (options, akka) = NodeSettings.Read(builder.Configuration, args);
        var dataPath = Path.GetFullPath(options.Data.Path);
        MakeFolder(dataPath);
        AddLogging(builder);
        AddParts(builder.Services, options, dataPath, akka, builder.Configuration[NodeStorage.EmulatorVariable]);
        Listen(builder, options);
        add(builder.Services);
        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The data folder {path} (Streaming:Data:Path) cannot be made: {e.Message}", e);
        }
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        // Requests are counted, not told: a line each would cost more than most answers.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);

        // Why a start failed is the program's last sentence; of services that fail later it tells as Critical too.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // It tells how it starts and stops, in many lines.
        builder.Logging.AddFilter("Akka", LogLevel.Warning);

        // It tells of nothing but requests; as long as it may say anything, each gets a scope and an activity of its own.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // It tells of each call that is refused, to who called as well.
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);

        // It tells each time that somebody asks; NodeCheck tells when something changes.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;

            // Whoever reads the log may stop reading: media does not wait for that. What is dropped is counted in the log.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    }

    private static void AddParts(IServiceCollection services, StreamingOptions options, string dataPath, Config akka, string? emulator)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.ForBroadcasts());
        services.AddSingleton(options.Ladder);
        services.AddSingleton(options.ForRecordings());
        services.AddSingleton(options.RtmpLimits);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<LineBudget>();
        services.AddSingleton(AdminToken.Load(options.Admin.Token, dataPath));
        services.AddSingleton<RecordingLibrary>();
        services.AddSingleton<RecordedManifests>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LiveChannels>(
            provider,
            (Func<IActorRefFactory>)provider.GetRequiredService<ActorSystem>));
        services.AddSingleton<ChannelRemoval>();
        services.AddSingleton<IChannelListener>(static provider => provider.GetRequiredService<LiveChannels>());
        services.AddSingleton<IChannelListener>(static provider => provider.GetRequiredService<ChannelRemoval>());
        services.AddSingleton<Playlists>();
        services.AddSingleton(provider => new PublicMedia(options.Storage.PublicBaseUrl, provider.GetService<SpillingStorage>()));
        services.AddSingleton(provider =>
            new Viewers(provider.GetRequiredService<TimeProvider>(), options.Access.ViewersMax));
        services.AddSingleton<ChannelList>();
        services.AddSingleton<AdminGuesses>();
        services.AddSingleton<OperatorSight>();
        services.AddSingleton(provider => new StillDecoder(
            options.Ladder.Ffmpeg,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StillDecoder>>()));
        services.AddSingleton<Thumbnails>();
        services.AddRoutingCore();
        services.AddProblemDetails();
        services.AddExceptionHandler<StorageProblem>();
        var roles = options.ForRoles();
        services.AddReadiness(dataPath, !string.IsNullOrEmpty(options.Cluster.Database), roles.Ingest);
        services.AddNodeMetrics(options.Metrics, options.Traces);
        services.AddOpenApi();
        services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        services.AddHostedService<LeftOutLines>();
        services.AddSingleton(_ => EventJournal.Open(dataPath, options.Cluster.Database));
        services.AddSingleton(provider => new Leaving(provider.GetRequiredService<LiveChannels>().StopAsync));
        services.AddStreamingCluster(
            akka,
            options.Cluster.ForMembership(),
            roles,
            new MessageFormats([.. ChannelFormats.All, .. RunFormats.All, .. OriginFormats.All]),
            static (builder, provider) => builder.WithLostMessages(provider),
            static (builder, provider) => builder.WithChannels(provider),
            (builder, provider) => builder.WithTranscodeRuns(provider, roles.Transcode),
            (builder, provider) =>
            {
                if (options.Cluster.ForMembership() is not null)
                {
                    builder.WithOrigins(provider, () => provider.GetRequiredService<MediaPlaneServer>().Address);
                }
            });
        services.AddTranscodeRuns(options.Ladder, roles.Transcode);
        services.AddChannels(
            dataPath, static provider => provider.GetRequiredService<RecordingJournal>().ReadNewestEpochs());
        services.AddSingleton<Acceptor>();
        services.AddSingleton<Stalls>();
        services.AddSingleton<RtmpConnections>();
        services.AddSingleton<IConnectionListenerFactory, HttpTransport>();
        services.AddMediaStorage(options, dataPath, emulator);
        services.AddMediaPlane(options.Cluster);
        services.AddHostedService<Startup>();
        services.AddHostedService<RecordingRetention>();
        services.AddSingleton<TranscoderProbe>();
        if (roles.Transcode)
        {
            services.AddHostedService(provider => provider.GetRequiredService<TranscoderProbe>());
        }

        services.AddSingleton<RtmpListener>();
        if (roles.Ingest)
        {
            services.AddHostedService(provider => provider.GetRequiredService<RtmpListener>());
        }
    }

    private static void Listen(WebApplicationBuilder builder, StreamingOptions options)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;

            // A flush is a quarter of a megabyte of media: that long for it is slower than anybody can watch.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(20));
            On(kestrel, options.Http, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseAddressLimit(options.Access);
                listen.UseSocketOutput();
            });
        });
    }

    private static void On(
        KestrelServerOptions kestrel,
        Configuration.ListenOptions address,
        Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> configure)
    {
        if (address.Address == "*")
        {
            kestrel.ListenAnyIP(address.Port, configure);
        }
        else
        {
            kestrel.Listen(IPAddress.Parse(address.Address), address.Port, configure);
        }
    }

    private static void Map(WebApplication app)
    {
        app.UseProxies(app.Services.GetRequiredService<StreamingOptions>().Access.ProxyNetworks);

        // Live playback ends at the routing; what comes after it is for all other requests.
        app.UseAnyOrigin("/live", "/vod", "/time");
        app.UseRouting();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (app.Services.GetRequiredService<StreamingOptions>().ForRoles().Gateway)
        {
            MapForViewers(app);
        }

        app.MapChannels();
        app.MapRecordings();
        app.MapOrphans();
        app.MapStorage();
        app.MapCluster();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = Readiness.WriteAsync });
        app.MapNodeMetrics();
        app.MapOpenApi("/openapi/{documentName}.json");
    }

    /// <summary>Playback, pictures and pages: of nodes that serve viewers.</summary>
    private static void MapForViewers(WebApplication app)
    {
        app.UsePages();
        ActivatorUtilities.CreateInstance<LiveEndpoints>(app.Services).Map(app);
        app.MapThumbnails();
        app.MapOnDemand();
        app.MapPages();
    }
}
