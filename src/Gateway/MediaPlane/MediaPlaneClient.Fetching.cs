using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Fetches segments from their origins, on connections of their own.</summary>
internal sealed partial class MediaPlaneClient
{
    private readonly ConcurrentDictionary<NodeAddress, GrpcChannel> _stores = new();

    /// <inheritdoc/>
    public async Task<byte[]?> FetchAsync(
        NodeAddress origin, OriginFile file, Func<long, byte[]> makeRoom, CancellationToken cancellationToken)
    {
        var request = new FetchRequest { Slug = file.Slug, BroadcastId = file.BroadcastId, Rendition = file.Rendition, Name = file.Name };
        var node = _stores.GetOrAdd(origin, Connect);
        using var call = new MediaPlane.MediaPlaneClient(node).Fetch(
            request, secret.Metadata, time.GetUtcNow().UtcDateTime + OriginMedia.FetchTimeout, cancellationToken);
        try
        {
            return await ReadAsync(call.ResponseStream, makeRoom, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamException($"{e.StatusCode}: {e.Status.Detail}", e);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private static async Task<byte[]> ReadAsync(
        IAsyncStreamReader<FetchMessage> stream, Func<long, byte[]> makeRoom, CancellationToken cancellationToken)
    {
        byte[]? data = null;
        var came = 0;
        while (await stream.MoveNext(cancellationToken))
        {
            switch (stream.Current.ContentCase)
            {
                case FetchMessage.ContentOneofCase.Length when data is null:
                    data = makeRoom(stream.Current.Length);
                    break;
                case FetchMessage.ContentOneofCase.Data when stream.Current.Data.Length <= data?.Length - came:
                    stream.Current.Data.Span.CopyTo(data.AsSpan(came));
                    came += stream.Current.Data.Length;
                    break;
                default:
                    throw new UpstreamException("What came does not fit the length that was told before.");
            }
        }

        return came == data?.Length ? data : throw new UpstreamException($"It ended after {came:N0} bytes of {data?.Length:N0}.");
    }
}
