namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// Holds what comes in to a bit rate, measured so that large key frames pass, and what an encoder sends at once after a stall
/// (a token bucket of <see cref="Over"/>). The clock is read once a second, and when all that was allowed has come.
/// </summary>
internal sealed class BitRateLimit
{
    /// <summary>As much as the limit gives in this time may come at once.</summary>
    public static readonly TimeSpan Over = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly double _bytesPerSecond;
    private readonly long _bytesMax;
    private long _at;
    private long _left;

    public BitRateLimit(TimeProvider time, long bitRateMax)
    {
        _time = time;
        _bytesPerSecond = bitRateMax / 8.0;
        _left = _bytesMax = (long)(_bytesPerSecond * Over.TotalSeconds);
        _at = time.GetTimestamp();
    }

    /// <summary>So much came. False when it was more than the limit allows.</summary>
    public bool Takes(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            Pass();
        }

        return _left >= 0;
    }

    /// <summary>Time has passed: about once a second.</summary>
    public void Pass()
    {
        var now = _time.GetTimestamp();
        _left = (long)Math.Min(_bytesMax, _left + (_time.GetElapsedTime(_at, now).TotalSeconds * _bytesPerSecond));
        _at = now;
    }
}
