using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Times of segments outside their own timescale, which is that of the CMAF header they need: it may have been another
/// before a discontinuity.
/// </summary>
internal static class SegmentTime
{
    extension(RenditionSnapshot rendition)
    {
        /// <summary>Ticks per second of the segment's decode time and duration.</summary>
        public uint TimescaleOf(Segment segment) => rendition.Initializations[segment.Initialization].Timescale;

        /// <summary>The segment's duration, rounded down.</summary>
        public TimeSpan DurationOf(Segment segment) =>
            TimeSpan.FromTicks(
                MediaClock.Rescale(segment.Duration, rendition.TimescaleOf(segment), (uint)TimeSpan.TicksPerSecond));

        /// <summary>
        /// Wall-clock time of the segment's first sample. An audio frame, and the first picture that a transcoder has at or
        /// after the boundary, begins a little earlier or later than the boundary does.
        /// </summary>
        public DateTimeOffset ProgramDateTimeOf(Segment segment)
        {
            const uint ticksPerSecond = (uint)TimeSpan.TicksPerSecond;
            var boundary = MediaClock.Rescale(segment.Boundary.DecodeTime, MediaClock.TicksPerSecond, ticksPerSecond);
            var first = MediaClock.Rescale(segment.DecodeTime, rendition.TimescaleOf(segment), ticksPerSecond);
            return segment.Boundary.ProgramDateTime.AddTicks(first - boundary);
        }
    }
}
