using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Edge;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Segments for nodes that do not share this one's storage.</summary>
internal sealed partial class MediaPlaneService
{
    /// <summary>Bytes of one message: a message costs little beside them, and who fetches sees that it goes on.</summary>
    private const int ChunkBytes = 128 * 1024;

    public override async Task Fetch(FetchRequest request, IServerStreamWriter<FetchMessage> responseStream, ServerCallContext context)
    {
        secret.Check(context.RequestHeaders);
        var file = new OriginFile(request.Slug, request.BroadcastId, request.Rendition, request.Name);
        if (!file.IsValid)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "These are no names of a broadcast, a rendition and a segment."));
        }

        if (directory.Find(file.Slug) is null)
        {
            throw new RpcException(new(StatusCode.NotFound, "There is no such channel."));
        }

        var own = channels.Find(file.Slug)?.Find(file.BroadcastId);
        var replica = own is null ? edges.ReplicaOf(file.Slug, file.BroadcastId) : null;
        if ((own?.Media ?? replica?.Media) is { } media && media.TryHold(file.Rendition, file.Name, out var hold))
        {
            await SendAsync(responseStream, hold, context);
            return;
        }

        try
        {
            // A replica's older segments come from the node that it follows.
            await using var stored = await (replica is null
                ? storage.OpenAsync(file.StoredName, context.CancellationToken)
                : replica.Media.OpenStoredAsync(file.Rendition, file.Name, context.CancellationToken));
            if (stored is null)
            {
                throw new RpcException(new(StatusCode.NotFound, "There is no such segment."));
            }

            await SendAsync(responseStream, stored, context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RpcException(new(StatusCode.Unavailable, e.Message));
        }
    }

    /// <summary>Sends what is in memory. Where that fails it may still be read: then the hold is left to the collector.</summary>
    private async Task SendAsync(IServerStreamWriter<FetchMessage> stream, MediaHold hold, ServerCallContext context)
    {
        await SendAsync(stream, new FetchMessage { Length = hold.Length }, context);
        foreach (var piece in hold.Pieces)
        {
            for (var rest = piece; !rest.IsEmpty; rest = rest[Math.Min(ChunkBytes, rest.Length)..])
            {
                await SendAsync(stream, rest[..Math.Min(ChunkBytes, rest.Length)], context);
            }
        }

        hold.Release();
    }

    private async Task SendAsync(IServerStreamWriter<FetchMessage> stream, Stream stored, ServerCallContext context)
    {
        await SendAsync(stream, new FetchMessage { Length = stored.Length }, context);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        int read;
        while ((read = await stored.ReadAtLeastAsync(
            buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, context.CancellationToken)) > 0)
        {
            await SendAsync(stream, buffer.AsMemory(0, read), context);
        }

        ArrayPool<byte>.Shared.Return(buffer); // Where sending fails it may still be read.
    }

    private async Task SendAsync(IServerStreamWriter<FetchMessage> stream, ReadOnlyMemory<byte> data, ServerCallContext context)
    {
        await SendAsync(stream, new FetchMessage { Data = UnsafeByteOperations.UnsafeWrap(data) }, context);
        fetches.Sent(data.Length);
    }

    private async Task SendAsync(IServerStreamWriter<FetchMessage> stream, FetchMessage message, ServerCallContext context)
    {
        try
        {
            await stream.WriteAsync(message, context.CancellationToken).WaitAsync(SendTimeout, time);
        }
        catch (TimeoutException)
        {
            context.GetHttpContext().Abort();
            throw new RpcException(new(StatusCode.ResourceExhausted, "Who fetches took nothing for too long. It may come again."));
        }
    }
}
