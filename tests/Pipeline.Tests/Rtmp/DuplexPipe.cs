using System.IO.Pipelines;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>One end of a connection in memory.</summary>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <param name="toServerMax">Bytes the server may leave unread before the client waits.</param>
    /// <param name="toClientMax">Bytes the client may leave unread before the server waits.</param>
    public static (DuplexPipe Server, DuplexPipe Client) CreatePair(int toServerMax = 65_536, int toClientMax = 65_536)
    {
        var toServer = new Pipe(new PipeOptions(
            pauseWriterThreshold: toServerMax, resumeWriterThreshold: toServerMax / 2, useSynchronizationContext: false));
        var toClient = new Pipe(new PipeOptions(
            pauseWriterThreshold: toClientMax, resumeWriterThreshold: toClientMax / 2, useSynchronizationContext: false));
        return (new DuplexPipe(toServer.Reader, toClient.Writer), new DuplexPipe(toClient.Reader, toServer.Writer));
    }
}
