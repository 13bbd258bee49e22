namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>What becomes of a publisher that comes while another publishes.</summary>
internal enum TakeOver
{
    /// <summary>It takes over.</summary>
    Admitted,

    /// <summary>It is held off, the first one for a while.</summary>
    HeldOff,

    /// <summary>It is held off too, or again.</summary>
    StillHeldOff,
}

/// <summary>
/// Decides whether a newer publisher takes over from the one that is there. It does: the one that is there may be half of a
/// connection that the network has lost. But two encoders that both come back by themselves would take over from each other for
/// ever, so when that happened often, whoever is evidently alive keeps the channel, until no other has tried for a while. The
/// limit is odd: who comes to two that fight, or moves to another machine by hand, is the one that stays.
/// </summary>
internal sealed class TakeOvers(TimeProvider time)
{
    /// <summary>Times that a living publisher gives way within <see cref="Within"/>.</summary>
    public const int Max = 3;

    /// <summary>The time in which they are counted, and the one that has to pass without another try.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(1);

    private readonly Queue<long> _takenAt = new(Max);
    private long? _triedAt;

    /// <param name="isAlive">Media of the publisher that is there came a moment ago.</param>
    public TakeOver Decide(bool isAlive)
    {
        if (!isAlive)
        {
            return TakeOver.Admitted;
        }

        var now = time.GetTimestamp();
        if (_triedAt is { } triedAt && time.GetElapsedTime(triedAt, now) < Within)
        {
            _triedAt = now;
            return TakeOver.StillHeldOff;
        }

        _triedAt = null;
        while (_takenAt.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= Within)
        {
            _takenAt.Dequeue();
        }

        if (_takenAt.Count >= Max)
        {
            _triedAt = now;
            return TakeOver.HeldOff;
        }

        _takenAt.Enqueue(now);
        return TakeOver.Admitted;
    }
}
