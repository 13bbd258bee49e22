namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>The timing that a VUI declares. ITU-T H.264 §E.2.1. A hint: what counts is when frames come.</summary>
/// <param name="NumUnitsInTick">num_units_in_tick</param>
/// <param name="TimeScale">time_scale</param>
/// <param name="IsFixed">fixed_frame_rate_flag</param>
public readonly record struct VideoTiming(uint NumUnitsInTick, uint TimeScale, bool IsFixed)
{
    /// <summary>Frames per second; a tick is the time of a field.</summary>
    public double FrameRate => TimeScale / (2.0 * NumUnitsInTick);
}
