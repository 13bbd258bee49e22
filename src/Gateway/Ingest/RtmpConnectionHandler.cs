using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Streaming.Cluster.Live;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Gateway.Ingest;

/// <summary>Serves RTMP on a Kestrel endpoint, which brings the sockets, and TLS where it is configured.</summary>
internal sealed partial class RtmpConnectionHandler(
    LiveChannels channels, RtmpLimits limits, TimeProvider time, ILogger<RtmpConnection> logger) : ConnectionHandler
{
    /// <summary>Connections at once; further ones are closed.</summary>
    public const int ConnectionsMax = 2_000;

    private int _connections;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        try
        {
            if (Interlocked.Increment(ref _connections) > ConnectionsMax)
            {
                LogTooMany(connection.ConnectionId, ConnectionsMax);
                return;
            }

            var rtmp = new RtmpConnection(
                connection.Transport, limits, channels.AuthorizeAsync, time, logger, connection.ConnectionId,
                connection.RemoteEndPoint);
            var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(
                connection.ConnectionClosed, stopping?.ConnectionClosedRequested ?? default);
            await rtmp.RunAsync(leaving.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    [LoggerMessage(100, LogLevel.Warning, "RTMP {ConnectionId}: refused, there are {Max} connections already")]
    private partial void LogTooMany(string connectionId, int max);
}
