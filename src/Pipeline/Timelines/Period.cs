using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// A stretch of the timeline in which media time and wall clock run together. ISO/IEC 23009-1 §5.3.2. A new one begins
/// with every discontinuity and whenever the wall clock is anchored anew.
/// </summary>
/// <param name="Index">Counts from 0 in a broadcast.</param>
/// <param name="DecodeTime">Decode time of its first boundary, in 90 kHz ticks.</param>
/// <param name="ProgramDateTime">Wall-clock time of <paramref name="DecodeTime"/>.</param>
public sealed record Period(int Index, long DecodeTime, DateTimeOffset ProgramDateTime)
{
    /// <summary>Wall-clock time of a decode time in this period.</summary>
    public DateTimeOffset At(long decodeTime) =>
        ProgramDateTime.AddTicks((decodeTime - DecodeTime) * TimeSpan.TicksPerMillisecond / MediaClock.TicksPerMs);
}
