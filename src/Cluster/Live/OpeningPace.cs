namespace Streaming.Cluster.Live;

/// <summary>
/// Compares a publisher's clock with the wall's while its first tags are held. Encoders send at once what piled up
/// while they connected, relays a whole group of pictures: when the first picture comes, it is late by more than
/// anything after it. Tags are held until they come at the pace of their own timestamps, so that it is known by how
/// much, and the timeline gets its place on the wall clock right.
/// </summary>
internal sealed class OpeningPace(TimeProvider time)
{
    /// <summary>No tag has been earlier than those before it for this long: what had piled up is through.</summary>
    public static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(250);

    /// <summary>A publisher that is never at its pace, a file sent at once say, is not waited for any longer.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(1);

    /// <summary>What came earlier by more than this did not pile up: it is not sent in real time at all.</summary>
    public static readonly TimeSpan HeldUpMax = TimeSpan.FromSeconds(10);

    // A tag has to be earlier by this than all before it to count.
    private const double StepMs = 10;

    private long _begunAt;
    private long _earliestAt;
    private double _earliestMs;
    private uint _origin;
    private bool _isBegun;

    /// <summary>Nothing that comes now will come much earlier than what came.</summary>
    public bool IsSettled => _isBegun
        && (time.GetElapsedTime(_earliestAt) >= Settles || time.GetElapsedTime(_begunAt) >= PatienceMax);

    /// <summary>A tag has arrived.</summary>
    public void Arrived(uint timestampMs)
    {
        if (!_isBegun)
        {
            (_isBegun, _origin) = (true, timestampMs);
            _begunAt = _earliestAt = time.GetTimestamp();
            return;
        }

        var late = LatenessMs(timestampMs);
        if (late <= _earliestMs - StepMs)
        {
            (_earliestMs, _earliestAt) = (late, time.GetTimestamp());
        }
    }

    /// <summary>How long ago a tag of that time would have been here, had it been as early as the earliest.</summary>
    public TimeSpan HeldUp(uint timestampMs)
    {
        var heldUp = TimeSpan.FromMilliseconds(Math.Max(0, LatenessMs(timestampMs) - _earliestMs));
        return heldUp <= HeldUpMax ? heldUp : TimeSpan.Zero;
    }

    // Time since the first tag came, less what its clock says has passed: the difference of 32-bit times, across a wrap
    // too.
    private double LatenessMs(uint timestampMs) =>
        time.GetElapsedTime(_begunAt).TotalMilliseconds - unchecked((int)(timestampMs - _origin));
}
