namespace Streaming.Pipeline.Timelines;

/// <summary>
/// A stretch of a broadcast in which media time and wall clock ran together; a Period of an MPD. ISO/IEC 23009-1 §5.3.2.
/// Its facts never change, so a player that comes later computes the same times as one that was there at its start.
/// </summary>
/// <param name="Index">What <see cref="SegmentBoundary.Period"/> of its segments says; also its id in an MPD.</param>
/// <param name="DecodeTime">Decode time at which it begins, in 90 kHz ticks since the start of the broadcast.</param>
/// <param name="ProgramDateTime">Wall-clock time of its start; later than everything in the period before.</param>
public readonly record struct Period(int Index, long DecodeTime, DateTimeOffset ProgramDateTime);
