using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// A stretch of the timeline in which media time and wall clock run together. ISO/IEC 23009-1 §5.3.2. A new one begins
/// with every discontinuity and where segments stop being evenly long.
/// </summary>
/// <param name="Index">Counts from 0 in a broadcast.</param>
/// <param name="DecodeTime">Decode time of its first boundary, in 90 kHz ticks.</param>
/// <param name="ProgramDateTime">Wall-clock time of <paramref name="DecodeTime"/>.</param>
public sealed record Period(int Index, long DecodeTime, DateTimeOffset ProgramDateTime)
{
    /// <summary>Media sequence number of its first segment.</summary>
    public long MediaSequence { get; init; }

    /// <summary>
    /// Discontinuities since the start of the broadcast, that at its beginning included: one for each time that a decoder has to
    /// be set up anew or the wall clock is anchored anew. RFC 8216bis §4.4.3.3.
    /// </summary>
    public int DiscontinuitySequence { get; init; }

    /// <summary>
    /// How far apart its segments begin, in 90 kHz ticks, each within a quarter of that: segment number n near n − <see
    /// cref="MediaSequence"/> times this after <see cref="DecodeTime"/>. Known with the second segment, and the same from then
    /// on; null in a period of uneven segments.
    /// </summary>
    public long? SegmentDuration { get; init; }

    /// <summary>Wall-clock time of a decode time in this period.</summary>
    public DateTimeOffset At(long decodeTime) =>
        ProgramDateTime.AddTicks((decodeTime - DecodeTime) * TimeSpan.TicksPerMillisecond / MediaClock.TicksPerMs);
}
