namespace Streaming.Gateway.Access;

/// <summary>Counts what strangers can make happen as often as they like, and tells when a line in the log is due for it.</summary>
internal sealed class Tally(TimeProvider time)
{
    /// <summary>From one line to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _toldAt;
    private long _count;

    /// <summary>It happened. True when it is to be told, with how often it happened since that was last told.</summary>
    public bool IsDue(out long count)
    {
        lock (_gate)
        {
            count = ++_count;
            if (_toldAt is { } toldAt && time.GetElapsedTime(toldAt) < Interval)
            {
                return false;
            }

            (_toldAt, _count) = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
