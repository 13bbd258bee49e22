namespace Streaming.Pipeline.Media;

/// <summary>
/// Pictures per second as a fraction: what playlists and MPDs say of a rate that was measured on millisecond timestamps.
/// </summary>
public readonly record struct FrameRate(int Numerator, int Denominator)
{
    // The rates of television (n × 1000/1001) lie 0.1 % below n: less than half of that tells the two apart.
    private const double Tolerance = 0.0004;

    private const int NtscDenominator = 1001;
    private const int OtherDenominator = 1000;

    /// <summary>
    /// The well-known rate next to a measured one; where none is near, the measured one to three decimals. Null when
    /// nothing was measured.
    /// </summary>
    public static FrameRate? Of(double measured)
    {
        if (!double.IsFinite(measured) || Math.Round(measured * OtherDenominator) is not (> 0 and < int.MaxValue))
        {
            return null;
        }

        var whole = Math.Round(measured);
        if (Math.Abs(measured - whole) <= Tolerance * measured)
        {
            return new FrameRate((int)whole, 1);
        }

        var ntsc = Math.Round(measured * NtscDenominator / 1000);
        if (ntsc is 24 or 30 or 48 or 60 or 120
            && Math.Abs(measured - (ntsc * 1000 / NtscDenominator)) <= Tolerance * measured)
        {
            return new FrameRate((int)ntsc * 1000, NtscDenominator);
        }

        return new FrameRate((int)Math.Round(measured * OtherDenominator), OtherDenominator);
    }

    public double PerSecond => (double)Numerator / Denominator;
}
