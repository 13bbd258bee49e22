using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Puts the frames of one publisher after another on one continuous timeline: undoes the 32-bit wrap, joins the clock
/// where it jumps or restarts, and keeps audio and video together through it.
/// </summary>
/// <remarks>
/// A publisher's clock is mapped by adding an offset. A frame whose time is out of reach of its track's last one is a jump:
/// if the other track has jumped already and its new offset puts this frame within reach, that offset is taken over (so the
/// two stay in step) unless that is further from the newer of both than a pause may be; otherwise a new offset continues the
/// timeline where the track left it, or where the other one is if this one had stood still.
/// </remarks>
public sealed class FrameClock
{
    /// <summary>A step forward beyond this is a jump of the clock, not a pause in the media, unless nothing came for as long.</summary>
    public const int JumpForwardMs = 10_000;

    /// <summary>A step back beyond this is a jump of the clock; a smaller one is a late frame.</summary>
    public const int JumpBackMs = 500;

    private readonly TrackClock _video = new();
    private readonly TrackClock _audio = new();

    /// <summary>
    /// How much later than it is decoded the first picture is shown, in ms. Video's decode times are moved by this, so that
    /// the first picture's presentation time equals its decode time.
    /// </summary>
    public int ReorderDelayMs { get; private set; }

    /// <summary>Jumps that were joined.</summary>
    public int Jumps { get; private set; }

    /// <summary>Joins a publisher's clock to the timeline: <paramref name="first"/> is shown at <paramref name="timelineMs"/>.</summary>
    /// <param name="first">The publisher's first frame.</param>
    /// <param name="timelineMs">Where it is shown.</param>
    /// <param name="skewMs">How much later than video's the timestamps of audio are that comes with it.</param>
    public void Join(in Frame first, long timelineMs, long skewMs = 0)
    {
        ReorderDelayMs = first.CompositionOffsetMs;
        var (videoSkewMs, audioSkewMs) = first.Track == TrackKind.Video ? (0L, skewMs) : (-skewMs, 0L);
        _video.Reset(unchecked(first.TimestampMs + (uint)videoSkewMs), timelineMs - ReorderDelayMs);
        _audio.Reset(unchecked(first.TimestampMs + (uint)(ReorderDelayMs + audioSkewMs)), timelineMs);
    }

    /// <summary>Audio has left the video that it comes with: it is moved by so much on the timeline.</summary>
    public void ShiftAudio(long ms)
    {
        Jumps++;
        _audio.Shift(ms);
    }

    /// <summary>
    /// Where <paramref name="frame"/> is decoded on the timeline, in ms; for video with <see cref="ReorderDelayMs"/> added.
    /// Only after <see cref="Join"/>.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="pausedMs">How long none of its track had come: a step of that length is a pause, however long.</param>
    public long Map(in Frame frame, long pausedMs = 0) => frame.Track == TrackKind.Video
        ? Map(frame.TimestampMs, pausedMs, _video, _audio) + ReorderDelayMs
        : Map(frame.TimestampMs, pausedMs, _audio, _video);

    private long Map(uint raw, long pausedMs, TrackClock own, TrackClock other)
    {
        if (own.Reaches(raw, pausedMs) || own.PausedWhile(other, raw))
        {
            own.Advance(raw);
        }
        else if (other.Offset != own.Offset && other.Reaches(raw)
            && Math.Abs(other.At(raw) - Math.Max(own.TimelineMs, other.TimelineMs)) <= JumpForwardMs)
        {
            Jumps++;
            own.Adopt(other, raw);
        }
        else
        {
            Jumps++;
            own.Rejoin(raw, other.TimelineMs > own.TimelineMs + JumpBackMs ? other.TimelineMs : own.TimelineMs);
        }

        return own.TimelineMs;
    }

    /// <summary>One track's view of the publisher's clock.</summary>
    private sealed class TrackClock
    {
        private uint _raw;
        private long _unwrapped;
        private long _stepMs = 1;

        /// <summary>What is added to the unwrapped time to get the timeline's.</summary>
        public long Offset { get; private set; }

        /// <summary>Where the newest frame is on the timeline.</summary>
        public long TimelineMs => _unwrapped + Offset;

        /// <summary>Where a frame of that time is, seen from this track.</summary>
        public long At(uint raw) => TimelineMs + Step(raw);

        public void Reset(uint raw, long timelineMs)
        {
            _raw = raw;
            _unwrapped = raw;
            Offset = timelineMs - raw;
        }

        public bool Reaches(uint raw, long pausedMs = 0) =>
            Step(raw) is >= -JumpBackMs and var step && step <= Math.Max(JumpForwardMs, pausedMs + JumpBackMs);

        /// <summary>
        /// <paramref name="other"/> went on on the same offset to where this track's frame is now: a pause in this track
        /// alone (an encoder that dropped pictures, a microphone that was off), and the clock is sound.
        /// </summary>
        public bool PausedWhile(TrackClock other, uint raw) =>
            Offset == other.Offset && Step(raw) > 0 && other._unwrapped > _unwrapped + JumpBackMs && other.Reaches(raw);

        public void Advance(uint raw)
        {
            var step = Step(raw);
            _raw = raw;
            _unwrapped += step;
            if (step is > 0 and < 1000)
            {
                _stepMs = step;
            }
        }

        public void Shift(long ms) => Offset += ms;

        /// <summary>Goes over to <paramref name="other"/>'s offset.</summary>
        public void Adopt(TrackClock other, uint raw)
        {
            _unwrapped = other._unwrapped + other.Step(raw);
            _raw = raw;
            Offset = other.Offset;
        }

        /// <summary>Continues one step after <paramref name="newestMs"/>, whatever the clock says.</summary>
        public void Rejoin(uint raw, long newestMs) => Reset(raw, newestMs + _stepMs);

        // The difference of two 32-bit clocks is right across a wrap when read as signed.
        private int Step(uint raw) => unchecked((int)(raw - _raw));
    }
}
