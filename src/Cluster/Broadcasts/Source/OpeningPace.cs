using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// Compares a publisher's clock with the wall's while its first tags are held. Encoders send at once what piled up
/// while they connected, relays a whole group of pictures: when the first picture comes, it is late by more than
/// anything after it. Tags are held until they come at the pace of their own timestamps, so that it is known by how
/// much, and the timeline gets its place on the wall clock right. Each track by itself: capture devices may have clocks of
/// their own.
/// </summary>
internal sealed class OpeningPace(TimeProvider time)
{
    /// <summary>No tag has been earlier than those before it for this long: what had piled up is through.</summary>
    public static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(250);

    /// <summary>A publisher that is never at its pace, a file sent at once say, is not waited for any longer.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(1);

    /// <summary>What came earlier by more than this did not pile up: it is not sent in real time at all.</summary>
    public static readonly TimeSpan HeldUpMax = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Timestamps of audio and video that come together are this far apart at most where they are of one clock: encoders take
    /// some time for a picture, and some send audio in batches. More is a clock for each.
    /// </summary>
    public static readonly TimeSpan SameClock = TimeSpan.FromMilliseconds(500);

    // A tag has to be earlier by this than all before it to count.
    private const double StepMs = 10;

    private readonly TrackPace _video = new();
    private readonly TrackPace _audio = new();
    private long _begunAt;
    private uint _origin;
    private bool _isBegun;

    /// <summary>Nothing that comes now will come much earlier than what came.</summary>
    public bool IsSettled => _isBegun
        && ((IsSettledIn(_video) && IsSettledIn(_audio)) || time.GetElapsedTime(_begunAt) >= PatienceMax);

    /// <summary>How much later than video's the timestamps of audio are that comes with it; zero where they are of one clock.</summary>
    public TimeSpan Skew
    {
        get
        {
            if (!_video.IsBegun || !_audio.IsBegun)
            {
                return TimeSpan.Zero;
            }

            var skew = TimeSpan.FromMilliseconds(Math.Round(_video.EarliestMs - _audio.EarliestMs));
            return skew.Duration() <= SameClock ? TimeSpan.Zero : skew;
        }
    }

    /// <summary>A tag has arrived.</summary>
    public void Arrived(TrackKind track, uint timestampMs)
    {
        if (!_isBegun)
        {
            (_isBegun, _origin, _begunAt) = (true, timestampMs, time.GetTimestamp());
        }

        var late = LatenessMs(timestampMs);
        var pace = PaceOf(track);
        if (!pace.IsBegun || late <= pace.EarliestMs - StepMs)
        {
            (pace.IsBegun, pace.EarliestMs, pace.EarliestAt) = (true, late, time.GetTimestamp());
        }
    }

    /// <summary>How long ago a tag of that time would have been here, had it been as early as the earliest of its track.</summary>
    public TimeSpan HeldUp(TrackKind track, uint timestampMs)
    {
        var heldUp = TimeSpan.FromMilliseconds(Math.Max(0, LatenessMs(timestampMs) - PaceOf(track).EarliestMs));
        return heldUp <= HeldUpMax ? heldUp : TimeSpan.Zero;
    }

    private TrackPace PaceOf(TrackKind track) => track == TrackKind.Video ? _video : _audio;

    private bool IsSettledIn(TrackPace pace) => !pace.IsBegun || time.GetElapsedTime(pace.EarliestAt) >= Settles;

    // Time since the first tag came, less what its clock says has passed: the difference of 32-bit times, across a wrap
    // too.
    private double LatenessMs(uint timestampMs) =>
        time.GetElapsedTime(_begunAt).TotalMilliseconds - unchecked((int)(timestampMs - _origin));

    /// <summary>How early tags of a track came at best.</summary>
    private sealed class TrackPace
    {
        public bool IsBegun { get; set; }

        public double EarliestMs { get; set; }

        public long EarliestAt { get; set; }
    }
}
