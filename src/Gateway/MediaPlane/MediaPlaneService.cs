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
    Downstream downstream,
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
        IAsyncStreamReader<FollowRequest> requestStream, IServerStreamWriter<FollowMessage> responseStream, ServerCallContext context)
    {
        secret.Check(context.RequestHeaders);
        var request = await RequestAsync(requestStream, context.CancellationToken);
        using var node = Serve(request);
        if (node.IsStandby)
        {
            _ = HearAsync(node, requestStream); // It ends with the call, and is not to end it: cancelling it would.
        }

        await SendAllAsync(node.Follower, responseStream, context);
    }

    private async Task SendAllAsync(Follower follower, IServerStreamWriter<FollowMessage> stream, ServerCallContext context)
    {
        try
        {
            await foreach (var happened in follower.ReadAsync(context.CancellationToken))
            {
                await SendAsync(stream, happened, context);
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

        if (follower.IsSentAway)
        {
            instruments.Dropped("moved");
            throw new RpcException(new(StatusCode.Unavailable, "The broadcast comes to this node from elsewhere now."));
        }
    }

    private async Task<FollowRequest> RequestAsync(IAsyncStreamReader<FollowRequest> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(cancellationToken).WaitAsync(SendTimeout, time, cancellationToken)
                ? stream.Current
                : throw new RpcException(new(StatusCode.InvalidArgument, "The follower did not say what it wants."));
        }
        catch (TimeoutException)
        {
            throw new RpcException(new(StatusCode.DeadlineExceeded, "The follower did not say what it wants."));
        }
    }

    /// <summary>Hears from a standby what it has, as long as it says something. Announcing goes on here: nobody waits for this to be read.</summary>
    private static async Task HearAsync(DownstreamNode standby, IAsyncStreamReader<FollowRequest> stream)
    {
        try
        {
            while (await stream.MoveNext(CancellationToken.None))
            {
                standby.Keep(stream.Current.Kept);
            }
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // It has gone, or all is sent: the stream to it tells.
        }
    }

    private DownstreamNode Serve(FollowRequest request)
    {
        if (directory.Find(request.Slug) is null)
        {
            throw new RpcException(new(StatusCode.NotFound, "There is no such channel."));
        }

        try
        {
            return downstream.Serve(
                request.Slug,
                new(
                    request.Epoch, request.BroadcastId.Length == 0 ? null : request.BroadcastId, request.IsEnded, request.IsStandby,
                    request.IsTakenOver));
        }
        catch (UpstreamException e)
        {
            throw new RpcException(new(e.IsFull ? StatusCode.ResourceExhausted : StatusCode.FailedPrecondition, e.Message));
        }
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
}
