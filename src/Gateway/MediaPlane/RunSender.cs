using Grpc.Core;
using Streaming.Cluster.Workers;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.MediaPlane;

/// <summary>The way from a run on this node to its origin: one message after another, of whichever rung. While one waits, its rung's transcoder does.</summary>
internal sealed class RunSender(
    IServerStreamWriter<RunFrame> stream, ServerCallContext context, WorkerInstruments instruments, TimeProvider time) : IAsyncDisposable
{
    /// <summary>An origin that takes nothing for so long is gone, or of no use to its viewers. What it holds meanwhile is a message of each rung.</summary>
    public static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Sends what came of a rung, and lets go of its bytes.</summary>
    public async ValueTask SendAsync(RungMedia media, TranscodeRun run)
    {
        var rung = run.Rungs.TakeWhile(rung => rung != media.Rung).Count();
        await SendAsync(new RunFrame(new(rung, media.Configuration, media.Media), null));
        foreach (var part in media.Media.OfType<PackagedMedia.PartMade>())
        {
            part.Data.Release(); // Where sending fails they may still be read, and are left to the collector.
        }
    }

    /// <summary>Sends another message.</summary>
    public Task SendAsync(RunMessage message) => SendAsync(new RunFrame(null, message));

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _turn.Dispose();
    }

    private async Task SendAsync(RunFrame frame)
    {
        await _turn.WaitAsync(context.CancellationToken);
        try
        {
            await stream.WriteAsync(frame, context.CancellationToken).WaitAsync(SendTimeout, time);
        }
        catch (TimeoutException)
        {
            instruments.Stalled();
            context.GetHttpContext().Abort();
            throw new RpcException(new(StatusCode.ResourceExhausted, "The origin of the run took nothing for too long."));
        }
        finally
        {
            _turn.Release();
        }
    }
}
