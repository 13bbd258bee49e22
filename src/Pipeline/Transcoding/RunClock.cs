using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// A run's clock, in FLV's milliseconds: the timeline's from shortly before the run's first picture on. FLV has 32 bits for them
/// and ffmpeg writes 31 (24.8 days), so that each run counts from its own beginning and none is longer than <see
/// cref="LengthMax"/>.
/// </summary>
internal readonly record struct RunClock
{
    /// <summary>
    /// Media after which a run is replaced by another at the next boundary. Far less than the clock holds: there has to be an IDR
    /// picture first.
    /// </summary>
    public static readonly TimeSpan LengthMax = TimeSpan.FromDays(7);

    /// <summary>
    /// Where the first picture is on it, at least: FLV's timestamps have no sign, and a multiple of every segment target in whole
    /// seconds keeps a key frame grid on the same pictures here and there.
    /// </summary>
    public const long OffsetMs = 2_520_000;

    private readonly long _originMs;

    /// <param name="presentationTime">Of the run's first picture, in 90 kHz ticks.</param>
    public RunClock(long presentationTime) =>
        _originMs = presentationTime / MediaClock.TicksPerMs / OffsetMs * OffsetMs;

    /// <summary>A time of the timeline (90 kHz ticks) in FLV's milliseconds.</summary>
    public long ToMs(long time) => OffsetMs + (time / MediaClock.TicksPerMs) - _originMs;

    /// <summary>Where FLV's milliseconds are on the timeline, in 90 kHz ticks.</summary>
    public long FromMs(long ms) => (ms - OffsetMs + _originMs) * MediaClock.TicksPerMs;

    /// <summary>A picture that is shown then, in 90 kHz ticks, is more than a run's length after its beginning.</summary>
    public bool IsOver(long presentationTime) =>
        presentationTime - (_originMs * MediaClock.TicksPerMs) > LengthMax.TotalSeconds * MediaClock.TicksPerSecond;
}
