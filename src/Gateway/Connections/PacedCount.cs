namespace Streaming.Gateway.Connections;

/// <summary>
/// Counts what a stranger can make happen as often as he likes, and says when a line in the log is due: at once, and then at most
/// once an interval. Safe from any thread.
/// </summary>
internal sealed class PacedCount(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _counting = new();
    private long _total;
    private long _told;
    private long? _toldAt;

    /// <summary>How often it happened in all.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>It happened; true when it should be told, as something that happened <paramref name="untold"/> times.</summary>
    public bool Add(out long untold)
    {
        lock (_counting)
        {
            _total++;
            untold = _total - _told;
            if (_toldAt is { } at && time.GetElapsedTime(at) < Interval)
            {
                return false;
            }

            (_told, _toldAt) = (_total, time.GetTimestamp());
            return true;
        }
    }
}
