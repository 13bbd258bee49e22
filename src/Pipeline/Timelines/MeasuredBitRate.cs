namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Bit rates of a rendition, as playlists tell them. RFC 8216bis §4.4.6.2: the peak is that of segments which together last half a
/// target duration or longer. A sliver of a segment tells nothing.
/// </summary>
public sealed class MeasuredBitRate
{
    /// <summary>What is shorter is measured together with what follows: half of the shortest target duration.</summary>
    public static readonly TimeSpan SpanMin = TimeSpan.FromSeconds(1);

    private double _bits;
    private double _seconds;
    private double _spanBits;
    private double _spanSeconds;
    private double _peak;

    /// <summary>Largest bit rate in bit/s; at least 1 once there was a segment.</summary>
    public int Peak => Math.Max((int)_peak, Average);

    /// <summary>Mean bit rate in bit/s; at least 1 once there was a segment.</summary>
    public int Average => _seconds > 0 ? ToInt(_bits / Math.Max(_seconds, SpanMin.TotalSeconds)) : 0;

    /// <summary>Goes on with what somebody else has measured, on the average over that long.</summary>
    public void GoOn(int peak, int average, double seconds) => (_peak, _bits, _seconds) = (peak, average * seconds, seconds);

    /// <summary>Counts a segment of that many bytes.</summary>
    public void Add(long length, double seconds)
    {
        if (seconds <= 0)
        {
            return;
        }

        _bits += length * 8.0;
        _seconds += seconds;
        _spanBits += length * 8.0;
        _spanSeconds += seconds;
        if (_spanSeconds >= SpanMin.TotalSeconds)
        {
            _peak = Math.Clamp(_spanBits / _spanSeconds, _peak, int.MaxValue);
            (_spanBits, _spanSeconds) = (0, 0);
        }
    }

    private static int ToInt(double bitRate) => (int)Math.Clamp(bitRate, 1, int.MaxValue);
}
