using System.IO.Pipelines;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// The way from a broadcast's owner into a run: pictures as FLV, and beside them where segments begin. Never makes its
/// writer wait: it refuses when the transcoder is too far behind. One writer; the session reads, or who sends it on to another node.
/// </summary>
public sealed class TranscodeFeed : RunFeed
{
    /// <summary>Bytes of one piece at most.</summary>
    public const int PieceBytesMax = 256 * 1024;

    // FLV wants decode times that are never after presentation times; the source's are rounded and smoothed by this much.
    private const int DecodeLeadMs = 100;

    private readonly RunClock _clock;
    private readonly long _beginning;
    private readonly int _lengthSize;
    private readonly byte[] _keyFrameMark;
    private readonly int _backlogBytesMax;

    /// <param name="run">The run it feeds.</param>
    /// <param name="backlogBytesMax">Bytes that may wait.</param>
    public TranscodeFeed(TranscodeRun run, int backlogBytesMax)
        : base(run, new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false))
    {
        _clock = run.Clock;
        _beginning = run.Beginning;
        _lengthSize = AvcDecoderConfigurationRecord.LengthSizeOf(run.Source);
        _keyFrameMark = RecoveryPoint.AtOnce(_lengthSize);
        _backlogBytesMax = backlogBytesMax;
        FlvWriter.WriteHeader(Writer, hasVideo: true, hasAudio: false);
        FlvWriter.WriteVideoSequenceHeader(Writer, timestampMs: 0, run.Source);
    }

    /// <summary>The pictures that follow belong to the segment that begins here.</summary>
    public void BeginSegment(SegmentBoundary boundary) => Mark(new SegmentMark(boundary, boundary.DecodeTime, boundary.PresentationTime));

    /// <summary>
    /// Adds a picture, which is copied. The first one has to be an IDR picture, or another at which decoding can begin; what is
    /// shown before it is left out, since it needs what was before.
    /// </summary>
    /// <param name="sample">The picture on the broadcast's timeline.</param>
    /// <param name="duration">Until the next one is decoded, in 90 kHz ticks.</param>
    /// <param name="reorderDelayMs">How much earlier the source decodes pictures than the timeline says.</param>
    /// <param name="isKeyFrame">
    /// Rungs that have key frames where the source has them get one here as well: it is marked as a recovery point, which
    /// ffmpeg's decoder takes for a key frame.
    /// </param>
    /// <returns>False when the transcoder is too far behind: the run has failed.</returns>
    public bool TryWrite(in Sample sample, long duration, int reorderDelayMs, bool isKeyFrame = false)
    {
        if (BacklogBytes + sample.Data.Length > _backlogBytesMax)
        {
            return false;
        }

        Place(new SamplePlace(sample.DecodeTime, duration));

        if (sample.PresentationTime < _beginning)
        {
            return true;
        }

        var presentationMs = _clock.ToMs(sample.PresentationTime);
        var decodeMs = Math.Min(_clock.ToMs(sample.DecodeTime) - reorderDelayMs - DecodeLeadMs, presentationMs);
        FlvWriter.WriteVideoFrame(
            Writer,
            unchecked((uint)decodeMs),
            (int)(presentationMs - decodeMs),
            sample.IsSync,
            sample.Data.Span,
            isKeyFrame ? _keyFrameMark : default,
            isKeyFrame ? RecoveryPoint.OffsetOfSlice(sample.Data.Span, _lengthSize) : 0);
        Wrote(Writer.UnflushedBytes, sample.PresentationTime);
        Flush();
        return true;
    }

    /// <summary>No picture comes any more; the newest segment ends at <paramref name="decodeTime"/> (90 kHz).</summary>
    public void Complete(long decodeTime)
    {
        Mark(new SegmentMark(null, decodeTime, long.MaxValue));
        Writer.Complete();
    }

    /// <summary>
    /// Reads it to its end, for another node: in place of a session. What it is called with borrows the bytes, and what it has not taken yet waits here.
    /// </summary>
    /// <param name="send">Gets a piece after another.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">So it was, or the run was given up.</exception>
    public async Task ReadAsync(Func<FedMedia, Task> send, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, PieceBytesMax));
            var (places, marks) = TakePlaces();
            List<MediaBuffer> bytes = [];
            foreach (var memory in piece)
            {
                bytes.Add(MediaBuffer.Of(memory));
            }

            await send(new FedMedia(marks, places, NewestPresentationTime, bytes)).ConfigureAwait(false);
            var isLast = read.IsCompleted && piece.Length == read.Buffer.Length;
            Reader.AdvanceTo(piece.End);
            Took(piece.Length);
            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>Nobody reads it any more.</summary>
    public void CompleteReading() => Reader.Complete();

    private void Flush()
    {
        var flush = Writer.FlushAsync();
        if (!flush.IsCompleted)
        {
            // The pipe has no threshold of its own, so a flush never waits; the backlog is what bounds it.
            throw new InvalidOperationException("A flush waited.");
        }

        flush.GetAwaiter().GetResult();
    }
}
