namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>Bit rate of a byte counter that is looked at about once a second, over the last few looks.</summary>
internal struct BitRateMeter(TimeProvider time)
{
    // Long enough to hide that a key frame is ten times as large as the pictures around it.
    private const double Mean = 3;

    private long _at = time.GetTimestamp();
    private long _bytes;
    private double _bitRate;

    /// <summary>Bit/s, 0 before the first look.</summary>
    public readonly long BitRate => (long)_bitRate;

    /// <summary>Tells how many bytes there have been in all.</summary>
    public void Observe(long bytes)
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_at, now).TotalSeconds;
        if (seconds <= 0)
        {
            return;
        }

        var latest = (bytes - _bytes) * 8 / seconds;
        _bitRate += (latest - _bitRate) / (_bitRate == 0 ? 1 : Mean);
        (_at, _bytes) = (now, bytes);
    }
}
