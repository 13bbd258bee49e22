using Grpc.Core;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// Lets other nodes follow the broadcasts of which this one is the origin or has a replica, and fetch their older segments. They know the cluster's
/// secret.
/// </summary>
internal sealed partial class MediaPlaneService(
    LiveChannels channels,
    EdgeBroadcasts edges,
    ChannelDirectory directory,
    SecretCheck secret,
    FollowInstruments instruments,
    IMediaStorage storage,
    FetchInstruments fetches,
    TimeProvider time)
    : MediaPlane.MediaPlaneBase
{
    /// <summary>
    /// A follower that does not take a file for so long is dropped: it is gone, or is of no use to its viewers. What it holds meanwhile is that file.
    /// </summary>
    public static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(5);

    public override async Task Follow(
        FollowRequest request, IServerStreamWriter<FollowMessage> responseStream, ServerCallContext context)
    {
        secret.Check(context.RequestHeaders);
        using var shared = edges.Share(request.Slug, request.Epoch);
        var follower = new Follower(Find(request, shared?.Replica));
        using var counted = instruments.Follows();
        try
        {
            await foreach (var happened in follower.ReadAsync(context.CancellationToken))
            {
                await SendAsync(responseStream, happened, context);
            }
        }
        catch (Exception e) when (e is not RpcException && context.CancellationToken.IsCancellationRequested)
        {
            return; // It has gone.
        }

        if (follower.IsDropped)
        {
            instruments.Dropped("behind");
            throw new RpcException(new(StatusCode.ResourceExhausted, "The follower was too far behind. It may come again."));
        }
    }

    /// <summary>What there is to follow: the node's own broadcast, or its replica of a newer one.</summary>
    private ILiveBroadcast Find(FollowRequest request, BroadcastReplica? replica)
    {
        if (directory.Find(request.Slug) is null)
        {
            throw new RpcException(new(StatusCode.NotFound, "There is no such channel."));
        }

        ILiveBroadcast? newest = channels.Find(request.Slug)?.Newest;
        newest = replica?.Epoch > newest?.Epoch ? replica : newest ?? replica;
        return newest is null || newest.Epoch < request.Epoch
                ? throw NotHere("This node is not the channel's origin, and has no replica.")
            : newest.Id == request.BroadcastId && request.IsEnded
                ? throw NotHere("The channel's broadcast has ended, and no other has begun here.")
            : newest;
    }

    private async Task SendAsync(IServerStreamWriter<FollowMessage> stream, FollowEvent happened, ServerCallContext context)
    {
        try
        {
            // It is in the connection's buffers, and not in the broadcast's any more, when this is done.
            await stream.WriteAsync(FollowMessages.Of(happened), context.CancellationToken).WaitAsync(SendTimeout, time);
        }
        catch (TimeoutException)
        {
            instruments.Dropped("stalled");
            context.GetHttpContext().Abort();
            throw new RpcException(new(StatusCode.ResourceExhausted, "The follower took nothing for too long. It may come again."));
        }

        if (happened is FollowEvent.MediaCame came)
        {
            instruments.Sent(came.Data.Length);
        }
    }

    private static RpcException NotHere(string reason) => new(new(StatusCode.FailedPrecondition, reason));
}
