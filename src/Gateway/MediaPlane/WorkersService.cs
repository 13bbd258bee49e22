using Grpc.Core;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Transcoding;
using Streaming.Cluster.Workers;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// Works on runs of other nodes' broadcasts, in the slots of this node: from here on a run is one as of this node's own broadcasts. Origins know the
/// cluster's secret.
/// </summary>
internal sealed class WorkersService(SecretCheck secret, HostedRuns hosted, WorkerInstruments instruments, TimeProvider time) : WorkersBase
{
    // How old what an origin knows of its run may be: it looks once a second.
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public override async Task Transcode(
        IAsyncStreamReader<FeedFrame> requestStream, IServerStreamWriter<RunFrame> responseStream, ServerCallContext context)
    {
        secret.Check(context.RequestHeaders);
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Run is not { } asked)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "The first message is not the run."));
        }

        var (id, run, partTarget) = ReadRun(asked);
        var feed = new ReceivedFeed(run);
        await using var sender = new RunSender(responseStream, context, instruments, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var refusal = hosted.TryBegin(
            id, new(run, feed, partTarget, (media, _) => sender.SendAsync(media, run)), stopping.Token, out var underWay);
        if (underWay is null)
        {
            throw Refused(refusal);
        }

        using var counted = instruments.Hosts();
        var receiving = ReceiveAsync(requestStream, feed, stopping.Token);
        var telling = TellAsync(sender, underWay, stopping.Token);
        try
        {
            await sender.SendAsync(new RunMessage { Taken = new() });
            var result = await underWay.Ended;
            await sender.SendAsync(new RunMessage { Over = Of(result) });
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            // The origin has gone.
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(receiving, telling);
            hosted.Leave(id);
        }
    }

    private static (RunId Id, TranscodeRun Run, TimeSpan PartTarget) ReadRun(RunToMake asked)
    {
        try
        {
            return RunMessages.Read(asked);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, e.Message));
        }
    }

    /// <summary>Writes what comes to the feed, to its end. Does not throw: where the origin is gone the feed is aborted.</summary>
    private static async Task ReceiveAsync(IAsyncStreamReader<FeedFrame> stream, ReceivedFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            while (await stream.MoveNext(cancellationToken))
            {
                if (stream.Current.Fed is { } fed && !await feed.WriteAsync(fed, cancellationToken))
                {
                    return; // The run has ended.
                }
            }

            feed.Complete();
        }
        catch (Exception)
        {
            feed.Abort();
        }
    }

    /// <summary>Tells how far the run is, and that this worker is about to leave. Does not throw: whoever hears nothing has gone.</summary>
    private async Task TellAsync(RunSender sender, RunUnderWay run, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TellInterval, time);
        var told = (RunProgress.None, IsLeaving: false);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var now = (Progress: run.Progress(), IsLeaving: hosted.IsDraining);
                if (now != told)
                {
                    told = now;
                    await sender.SendAsync(new RunMessage
                    {
                        Told = new()
                        {
                            NewestPresentationTime = now.Progress.NewestPresentationTime,
                            Pictures = now.Progress.Pictures,
                            IsLeaving = now.IsLeaving,
                        },
                    });
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException or InvalidOperationException or IOException)
        {
            // The run is over, or nobody hears of it.
        }
    }

    private static RunOver Of(TranscodeResult result)
    {
        var over = new RunOver { End = RunFormats.NumberOf(result.End) };
        if (result.Message is { } message)
        {
            over.Message = message;
        }

        return over;
    }

    private static RpcException Refused(WorkerRefusal refusal) => refusal switch
    {
        WorkerRefusal.OldEpoch => new(new(StatusCode.FailedPrecondition, "The worker has a newer run of the broadcast.")),
        WorkerRefusal.Draining => new(new(StatusCode.Unavailable, "The worker is about to leave.")),
        _ => new(new(StatusCode.ResourceExhausted, "All slots of the worker are taken.")),
    };
}
