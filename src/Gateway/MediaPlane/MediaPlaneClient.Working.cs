using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Transcoding;
using Streaming.Cluster.Workers;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Has runs worked on by workers, on connections of their own: a call for each run.</summary>
internal sealed partial class MediaPlaneClient : IWorkerPlane
{
    /// <summary>A worker that does not say in that time that it takes a run is frozen, or far too busy.</summary>
    private static readonly TimeSpan TakeTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<NodeAddress, GrpcChannel> _workers = new();

    /// <inheritdoc/>
    public async Task<TranscodeResult?> WorkAsync(
        NodeAddress worker, RunId run, RunWork work, RunNews told, CancellationToken stopping)
    {
        var feed = (TranscodeFeed)work.Feed;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var call = _workers.GetOrAdd(worker, Connect).CreateCallInvoker()
            .AsyncDuplexStreamingCall(TranscodeMethod.Transcode, null, new(secret.Metadata, cancellationToken: ending.Token));
        if (!await IsTakenAsync(call, RunMessages.Of(run, work), ending.Token))
        {
            await ending.CancelAsync();
            return stopping.IsCancellationRequested ? new(TranscodeEnd.Cancelled, null) : null;
        }

        var feeding = FeedAsync(feed, call.RequestStream, ending);
        try
        {
            return await ReadAsync(call.ResponseStream, work, told, ending.Token);
        }
        catch (Exception) when (stopping.IsCancellationRequested || ending.IsCancellationRequested)
        {
            return new(TranscodeEnd.Cancelled, null);
        }
        catch (Exception e)
        {
            return new(TranscodeEnd.Lost, e is RpcException { Status: var status } ? $"{status.StatusCode}: {status.Detail}" : e.Message);
        }
        finally
        {
            await ending.CancelAsync();
            await feeding;
            feed.CompleteReading();
        }
    }

    /// <summary>Asks the worker. Does not throw: one that is not there does not take it.</summary>
    private async Task<bool> IsTakenAsync(
        AsyncDuplexStreamingCall<FeedFrame, RunFrame> call, FeedFrame asked, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(asked, cancellationToken).WaitAsync(TakeTimeout, time, cancellationToken);
            return await call.ResponseStream.MoveNext(cancellationToken).WaitAsync(TakeTimeout, time, cancellationToken)
                && call.ResponseStream.Current.Other?.Taken is not null;
        }
        catch (Exception e) when (e is RpcException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Sends the feed to its end. Does not throw: that a worker is gone is heard where it is read; where the run was given up, the call ends.</summary>
    private static async Task FeedAsync(TranscodeFeed feed, IClientStreamWriter<FeedFrame> stream, CancellationTokenSource ending)
    {
        try
        {
            await feed.ReadAsync(fed => stream.WriteAsync(new(null, fed), ending.Token), ending.Token);
            await stream.CompleteAsync();
        }
        catch (OperationCanceledException)
        {
            await ending.CancelAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The worker takes nothing any more.
        }
    }

    private static async Task<TranscodeResult> ReadAsync(
        IAsyncStreamReader<RunFrame> stream, RunWork work, RunNews told, CancellationToken cancellationToken)
    {
        while (await stream.MoveNext(cancellationToken))
        {
            var frame = stream.Current;
            if (frame.Made is { } made)
            {
                await work.Output(
                    new(work.Run.Epoch, work.Run.Rungs[made.Rung], made.Configuration, made.Media), cancellationToken);
            }
            else if (frame.Other?.Told is { } news)
            {
                told.Progress = new(news.NewestPresentationTime, news.Pictures);
                told.IsLeaving = news.IsLeaving;
            }
            else if (frame.Other?.Over is { } over)
            {
                return new(RunFormats.EndOf(over.End), over.HasMessage ? over.Message : null);
            }
        }

        return new(TranscodeEnd.Lost, "It ended without saying how.");
    }
}
