using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Watches how evenly segments follow each other. As long as each begins near its turn, the period says how long they are:
/// DASH players then know the number and the time of every segment to come (ISO/IEC 23009-1 §5.3.9.2,
/// <c>SegmentTemplate@duration</c>) and need not be told of each.
/// </summary>
internal sealed class Cadence
{
    /// <summary>
    /// The part of a segment's duration by which it may begin off its turn. DASH allows a half; the rest is for decode times
    /// of renditions, which follow their boundary by some milliseconds.
    /// </summary>
    private const int ToleranceDivisor = 4;

    /// <summary>A period whose cadence lasted for fewer segments was not worth one.</summary>
    private const int WorthwhileSegments = 16;

    /// <summary>How many such periods a broadcast may have; its key frames are irregular then. The first begins anyhow.</summary>
    private const int ShortMax = 2;

    private int _short;

    /// <summary>
    /// The period of the segment with that number that begins at <paramref name="decodeTime"/> (90 kHz ticks): the same, the
    /// same with the duration that its first segment turned out to have, or a new one where the cadence broke.
    /// </summary>
    public Period Next(Period period, long mediaSequence, long decodeTime)
    {
        var count = mediaSequence - period.MediaSequence;
        var elapsed = decodeTime - period.DecodeTime;
        if (count == 1 && _short < ShortMax && ToMs(elapsed) is var first)
        {
            // A fraction of a millisecond is no cadence.
            return IsNear(elapsed, first, first) ? period with { SegmentDuration = first } : period;
        }

        if (period.SegmentDuration is not { } duration || IsNear(elapsed, count * duration, duration))
        {
            return period;
        }

        _short += count < WorthwhileSegments ? 1 : 0;
        return new Period(period.Index + 1, decodeTime, period.At(decodeTime))
        {
            MediaSequence = mediaSequence,
            DiscontinuitySequence = period.DiscontinuitySequence,
        };
    }

    private static bool IsNear(long elapsed, long turn, long duration) => Math.Abs(elapsed - turn) <= duration / ToleranceDivisor;

    // Publishers count in milliseconds: what is beyond is a prediction's error, which would add up.
    private static long ToMs(long ticks) =>
        Math.Max(1, (ticks + (MediaClock.TicksPerMs / 2)) / MediaClock.TicksPerMs) * MediaClock.TicksPerMs;
}
