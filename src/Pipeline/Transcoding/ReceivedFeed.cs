using System.Buffers;
using System.IO.Pipelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// The feed of a run whose broadcast is on another node, as it comes from there. Its writer waits while the transcoder is behind: what waits here is
/// bounded, and the rest waits in the feed at the origin, which decides how much that may be.
/// </summary>
/// <param name="run">The run it feeds.</param>
public sealed class ReceivedFeed(TranscodeRun run) : RunFeed(
    run, new PipeOptions(pauseWriterThreshold: BytesMax, resumeWriterThreshold: BytesMax / 2, useSynchronizationContext: false))
{
    /// <summary>Bytes at which its writer waits.</summary>
    public const int BytesMax = 1024 * 1024;

    /// <summary>Writes a piece, and lets go of its bytes.</summary>
    /// <returns>False when nobody reads any more.</returns>
    public async ValueTask<bool> WriteAsync(FedMedia fed, CancellationToken cancellationToken)
    {
        // Marks first: a place is never there without the mark before it.
        foreach (var mark in fed.Marks)
        {
            Mark(mark);
        }

        foreach (var place in fed.Places)
        {
            Place(place);
        }

        var bytes = 0L;
        foreach (var piece in fed.Flv)
        {
            Writer.Write(piece.Memory.Span);
            bytes += piece.Length;
            piece.Release();
        }

        Wrote(bytes, fed.NewestPresentationTime);
        var flushed = await Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return !flushed.IsCompleted;
    }

    /// <summary>Nothing comes any more.</summary>
    public void Complete() => Writer.Complete();
}
