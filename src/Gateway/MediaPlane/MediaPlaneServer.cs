using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Gateway.Configuration;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// Listens for the other nodes of the cluster, where it has a <c>Streaming:Cluster:Host</c>: HTTP/2 and nothing else, on a port of its own. A server
/// beside that for viewers: neither has a door into the other, and what limits viewers' connections does not limit those of nodes.
/// </summary>
internal sealed partial class MediaPlaneServer(
    ClusterOptions options,
    LiveChannels channels,
    EdgeBroadcasts edges,
    ChannelDirectory directory,
    SecretCheck secret,
    FollowInstruments instruments,
    IMediaStorage storage,
    FetchInstruments fetches,
    TimeProvider time,
    ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    // Nodes of a cluster: some tens of them, a connection each, or a few.
    private const int ConnectionsMax = 1_000;

    // Channels that one node follows on one connection; further ones take another.
    private const int StreamsMax = 1_000;

    // The shortest that there are, as at the other end.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger<MediaPlaneServer>();
    private WebApplication? _app;

    /// <summary>The port that it listens on, once started; 0 where it does not.</summary>
    public int Port { get; private set; }

    /// <summary>Where other nodes find it; null where it does not listen, or not yet.</summary>
    public NodeAddress? Address => Port == 0 ? null : new(options.Host, Port);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Host.Length == 0)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<ILoggerFactory>(new LoggersOfParts(loggers));
        builder.Services.AddSingleton(channels);
        builder.Services.AddSingleton(edges);
        builder.Services.AddSingleton(directory);
        builder.Services.AddSingleton(secret);
        builder.Services.AddSingleton(instruments);
        builder.Services.AddSingleton(storage);
        builder.Services.AddSingleton(fetches);
        builder.Services.AddSingleton(time);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.MaxSendMessageSize = MediaPlaneClient.MessageBytesMax);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel));
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGrpcService<MediaPlaneService>();
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new IOException($"The media plane cannot listen on port {options.MediaPort} (Streaming:Cluster:MediaPort): {e.Message}", e);
        }

        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        LogListening(address);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync(); // Broadcasts have ended by now, or will not: followers are told by their connections' end.
            await _app.StopAsync(now.Token);
        }
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? default;

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        kestrel.Limits.MinResponseDataRate = null; // A follower has a deadline for each file.
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsMax;
        kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = PingTimeout;
        foreach (var address in IPAddress.TryParse(options.Host, out var only) ? [only] : Dns.GetHostAddresses(options.Host))
        {
            kestrel.Listen(address, options.MediaPort, static listen => listen.Protocols = HttpProtocols.Http2);
        }
    }

    /// <summary>The node's loggers, but for that of a whole program: whoever reads that it listens, reads of the node.</summary>
    private sealed class LoggersOfParts(ILoggerFactory loggers) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName == "Microsoft.Hosting.Lifetime" ? NullLogger.Instance : loggers.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    [LoggerMessage(264, LogLevel.Information, "Other nodes follow broadcasts at {Address}")]
    private partial void LogListening(string address);
}
