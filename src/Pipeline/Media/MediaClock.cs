namespace Streaming.Pipeline.Media;

/// <summary>
/// The clock of every video track and of every segment boundary: 90 kHz, so that RTMP's milliseconds are exact.
/// Audio tracks count in their own samples.
/// </summary>
public static class MediaClock
{
    /// <summary>Ticks in a second.</summary>
    public const uint TicksPerSecond = 90_000;

    /// <summary>Ticks in a millisecond.</summary>
    public const int TicksPerMs = 90;

    /// <summary>Rescales <paramref name="time"/> from one timescale to another, rounding down (also below zero).</summary>
    public static long Rescale(long time, uint from, uint to)
    {
        if (from == to)
        {
            return time;
        }

        var scaled = (Int128)time * to;
        var quotient = scaled / from;
        return (long)(scaled % from < 0 ? quotient - 1 : quotient);
    }

    /// <summary>Rescales <paramref name="time"/> from one timescale to another, rounding up.</summary>
    public static long RescaleUp(long time, uint from, uint to) => -Rescale(-time, from, to);
}
