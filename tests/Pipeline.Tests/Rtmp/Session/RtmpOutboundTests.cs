using System.IO.Pipelines;
using Streaming.Pipeline.Rtmp.Session;

namespace Streaming.Pipeline.Tests.Rtmp.Session;

public sealed class RtmpOutboundTests
{
    [Fact]
    public async Task Writes_UpToTheLimit_AreKeptAndTheOneAboveIsDropped()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var outbound = new RtmpOutbound(pipe.Writer, 100);
        outbound.Write(new byte[10]);
        outbound.Write(new byte[60]);
        outbound.Write(new byte[41]);
        outbound.Write(new byte[40]);
        Assert.Equal(1, outbound.Dropped);

        var read = 0L;
        while (read < 110)
        {
            var result = await pipe.Reader.ReadAsync();
            read += result.Buffer.Length;
            pipe.Reader.AdvanceTo(result.Buffer.End);
        }

        await outbound.DrainAsync(CancellationToken.None);
        Assert.False(pipe.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Drain_OfAPeerThatNeverReads_GivesUpWhenTold()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var outbound = new RtmpOutbound(pipe.Writer, 100);
        outbound.Write(new byte[10]);
        outbound.Write(new byte[10]);
        using var giveUp = new CancellationTokenSource();
        var drain = outbound.DrainAsync(giveUp.Token);
        Assert.False(drain.IsCompleted);
        await giveUp.CancelAsync();
        await drain.WaitAsync(ScriptedPublisher.Patience);
        outbound.Write(new byte[10]);
        Assert.Equal(1, outbound.Dropped);
    }

    [Fact]
    public async Task Write_ToAPeerThatIsGone_IsDroppedQuietly()
    {
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        var outbound = new RtmpOutbound(pipe.Writer, 100);
        outbound.Write(new byte[10]);
        outbound.Write(new byte[10]);
        await outbound.DrainAsync(CancellationToken.None);
        Assert.Equal(1, outbound.Dropped);
    }
}
