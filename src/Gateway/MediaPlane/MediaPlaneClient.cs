using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// Follows broadcasts at their origins by gRPC: one HTTP/2 connection to each node, a stream on it for each channel; and another one for what is fetched,
/// which the live edge does not wait for, and one for the runs that workers have.
/// </summary>
internal sealed partial class MediaPlaneClient(SecretCheck secret, TimeProvider time) : IUpstream, IDisposable
{
    /// <summary>Largest message: a part of a broadcast at the limit of 60 Mbit/s is 2.5 MB, of a publisher that sends all at once more.</summary>
    public const int MessageBytesMax = 64 * 1024 * 1024;

    /// <summary>A node that does not take a connection in that time is gone, or might as well be.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    // The shortest that there are: a peer that is gone is noticed within two seconds, and a broadcast sends more often than that.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<NodeAddress, GrpcChannel> _nodes = new();

    /// <inheritdoc/>
    public async IAsyncEnumerable<FollowEvent> FollowAsync(
        NodeAddress origin, string slug, KnownBroadcast known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new FollowRequest
        {
            Slug = slug,
            Epoch = known.Epoch,
            BroadcastId = known.BroadcastId ?? "",
            IsEnded = known.IsEnded,
            IsStandby = known.IsStandby,
            IsTakenOver = known.IsTakenOver,
        };
        var node = _nodes.GetOrAdd(origin, Connect);

        // No deadline: it lasts as long as the broadcast.
        using var call = node.CreateCallInvoker().AsyncDuplexStreamingCall(
            ReceivedEvent.Follow, null, new(secret.Metadata, cancellationToken: cancellationToken));
        await SayAsync(call.RequestStream, request, isLast: !known.IsStandby);
        while (await NextAsync(call.ResponseStream, cancellationToken))
        {
            if (call.ResponseStream.Current.Event is { } happened)
            {
                yield return happened;
                if (known.IsStandby && happened is FollowEvent.Published published)
                {
                    await SayAsync(call.RequestStream, new() { Kept = published.Version }, isLast: false);
                }
            }
        }
    }

    /// <summary>A connection to a node, which is made with the first call.</summary>
    public static GrpcChannel Connect(NodeAddress node) => GrpcChannel.ForAddress(
        new UriBuilder(Uri.UriSchemeHttp, node.Host, node.Port).Uri,
        new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageBytesMax,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                KeepAlivePingDelay = PingDelay,
                KeepAlivePingTimeout = PingTimeout,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                EnableMultipleHttp2Connections = true, // More channels of one node than a connection takes streams.
                UseProxy = false,
            },
        });

    public void Dispose()
    {
        foreach (var node in _nodes.Values.Concat(_stores.Values).Concat(_workers.Values))
        {
            node.Dispose();
        }
    }

    /// <summary>Says something, if the other end still listens: reading tells why not.</summary>
    private static async Task SayAsync(IClientStreamWriter<FollowRequest> stream, FollowRequest said, bool isLast)
    {
        try
        {
            await stream.WriteAsync(said);
            if (isLast)
            {
                await stream.CompleteAsync();
            }
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or OperationCanceledException)
        {
        }
    }

    private static async Task<bool> NextAsync(IAsyncStreamReader<ReceivedEvent> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamException($"{e.StatusCode}: {e.Status.Detail}", e) { IsFull = e.StatusCode == StatusCode.ResourceExhausted };
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }
}
