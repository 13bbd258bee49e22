using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Receives a broadcast's source as the <see cref="Segmenter"/> has placed it. Called in order, on the segmenter's thread;
/// samples are borrowed for the call.
/// </summary>
public abstract class SegmenterOutput
{
    /// <summary>A segment begins. Video samples that follow are its own; audio follows with a call of its own.</summary>
    public abstract void BeginSegment(SegmentBoundary boundary);

    /// <summary>The next audio samples belong to the segment that begins at <paramref name="boundary"/>.</summary>
    public abstract void BeginAudioSegment(SegmentBoundary boundary, long decodeTime);

    /// <summary>A picture, with its duration in 90 kHz ticks.</summary>
    public abstract void Video(in Sample sample, long duration);

    /// <summary>An audio frame, with its duration in samples.</summary>
    public abstract void Audio(in Sample sample, long duration);

    /// <summary>
    /// The publisher went away: the newest segment ends at <paramref name="videoEnd"/> (90 kHz) and
    /// <paramref name="audioEnd"/> (samples). Another may begin after it.
    /// </summary>
    public abstract void EndSegment(long videoEnd, long audioEnd);
}
