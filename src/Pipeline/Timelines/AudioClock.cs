using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Counts audio in its own samples, 1024 a frame, so that millisecond rounding never opens a gap. The timeline's clock is
/// consulted with every frame, and obeyed only when the count has really left it. Times are in samples.
/// </summary>
/// <param name="sampleRate">Samples per second.</param>
/// <param name="start">Where the first frame begins.</param>
public sealed class AudioClock(uint sampleRate, long start)
{
    /// <summary>Mean distance from the timeline's clock, in frames, that is corrected.</summary>
    public const int DriftFramesMax = 2;

    /// <summary>A single frame this far from the count is a pause or a jump in the audio, and is followed at once.</summary>
    public static readonly TimeSpan StepMax = TimeSpan.FromMilliseconds(200);

    // The mean runs over about a second of frames, so that a jittery sender does not provoke corrections.
    private const double MeanFrames = 48;

    private const long Frame = AudioConfiguration.SamplesPerFrame;

    private readonly long _stepMax = (long)(StepMax.TotalSeconds * sampleRate);
    private double _drift;
    private bool _isAhead;

    /// <summary>Where the next frame begins.</summary>
    public long Next { get; private set; } = start;

    /// <summary>Times that the count was corrected.</summary>
    public int Corrections { get; private set; }

    /// <summary>Samples per second.</summary>
    public uint SampleRate => sampleRate;

    /// <summary>
    /// How many frames are missing before the frame that the timeline's clock puts at <paramref name="timelineMs"/>;
    /// negative when the audio is ahead of the clock and the frame has to be dropped.
    /// </summary>
    public int MissingBefore(long timelineMs)
    {
        var difference = MediaClock.Rescale(timelineMs, 1000, sampleRate) - Next;
        if (_isAhead && difference < -Frame)
        {
            return -1;
        }

        _isAhead = false;
        _drift += (difference - _drift) / MeanFrames;
        if (Math.Abs(difference) <= _stepMax && Math.Abs(_drift) <= DriftFramesMax * Frame)
        {
            return 0;
        }

        Corrections++;
        _drift = 0;
        _isAhead = difference < 0;
        return _isAhead ? -1 : (int)(difference / Frame);
    }

    /// <summary>Leaves a hole: the next frame does not begin before <paramref name="time"/>.</summary>
    public void SkipTo(long time) => Next = Math.Max(Next, time);

    /// <summary>Takes the next frame's time.</summary>
    public long Take()
    {
        var time = Next;
        Next += Frame;
        return time;
    }
}
