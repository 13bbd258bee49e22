using System.IO.Pipelines;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// The way from a broadcast's owner into a run: pictures as FLV, and beside them where segments begin. Never makes its
/// writer wait: it refuses when the transcoder is too far behind. One writer, the session reads.
/// </summary>
public sealed class TranscodeFeed
{
    // FLV wants decode times that are never after presentation times; the source's are rounded and smoothed by this much.
    private const int DecodeLeadMs = 100;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly RunClock _clock;
    private readonly SourcePlaces[] _places;
    private readonly long _beginning;
    private readonly int _lengthSize;
    private readonly byte[] _keyFrameMark;
    private readonly int _backlogBytesMax;
    private long _written;
    private long _taken;
    private long _newestPresentationTime = long.MinValue;

    /// <param name="run">The run it feeds.</param>
    /// <param name="backlogBytesMax">Bytes that may wait.</param>
    public TranscodeFeed(TranscodeRun run, int backlogBytesMax)
    {
        _clock = run.Clock;
        _beginning = run.Beginning;
        _lengthSize = AvcDecoderConfigurationRecord.LengthSizeOf(run.Source);
        _keyFrameMark = RecoveryPoint.AtOnce(_lengthSize);
        _places = [.. run.Rungs.Select(_ => new SourcePlaces())];
        _backlogBytesMax = backlogBytesMax;
        FlvWriter.WriteHeader(_pipe.Writer, hasVideo: true, hasAudio: false);
        FlvWriter.WriteVideoSequenceHeader(_pipe.Writer, timestampMs: 0, run.Source);
    }

    /// <summary>Presentation time of the newest picture written, in 90 kHz ticks.</summary>
    public long NewestPresentationTime => Volatile.Read(ref _newestPresentationTime);

    /// <summary>Bytes that the transcoder has not taken yet.</summary>
    public long BacklogBytes => Volatile.Read(ref _written) - Volatile.Read(ref _taken);

    internal PipeReader Reader => _pipe.Reader;

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

        foreach (var places in _places)
        {
            places.Add(new SamplePlace(sample.DecodeTime, duration));
        }

        if (sample.PresentationTime < _beginning)
        {
            return true;
        }

        var presentationMs = _clock.ToMs(sample.PresentationTime);
        var decodeMs = Math.Min(_clock.ToMs(sample.DecodeTime) - reorderDelayMs - DecodeLeadMs, presentationMs);
        FlvWriter.WriteVideoFrame(
            _pipe.Writer,
            unchecked((uint)decodeMs),
            (int)(presentationMs - decodeMs),
            sample.IsSync,
            sample.Data.Span,
            isKeyFrame ? _keyFrameMark : default,
            isKeyFrame ? RecoveryPoint.OffsetOfSlice(sample.Data.Span, _lengthSize) : 0);
        Interlocked.Add(ref _written, _pipe.Writer.UnflushedBytes);
        Volatile.Write(ref _newestPresentationTime, sample.PresentationTime);
        Flush();
        return true;
    }

    /// <summary>No picture comes any more; the newest segment ends at <paramref name="decodeTime"/> (90 kHz).</summary>
    public void Complete(long decodeTime)
    {
        Mark(new SegmentMark(null, decodeTime, long.MaxValue));
        _pipe.Writer.Complete();
    }

    /// <summary>Ends the run where it stands.</summary>
    public void Abort() => _pipe.Writer.Complete(new OperationCanceledException("The run was given up."));

    internal SourcePlaces PlacesFor(int rung) => _places[rung];

    internal void Took(long bytes) => Interlocked.Add(ref _taken, bytes);

    private void Mark(SegmentMark mark)
    {
        foreach (var places in _places)
        {
            places.Add(mark);
        }
    }

    private void Flush()
    {
        var flush = _pipe.Writer.FlushAsync();
        if (!flush.IsCompleted)
        {
            // The pipe has no threshold of its own, so a flush never waits; the backlog is what bounds it.
            throw new InvalidOperationException("A flush waited.");
        }

        flush.GetAwaiter().GetResult();
    }
}
