using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Pipeline.Timelines;

/// <summary>How a broadcast is cut.</summary>
public sealed record SegmentationOptions
{
    // The draft's 85 %, and some for times that were rounded.
    private const double FullShare = 0.87;

    private static readonly TimeSpan FrameMax = TimeSpan.FromSeconds(1);

    // Publishers count in milliseconds: where a part begins is rounded, and where it ends.
    private static readonly TimeSpan RoundingMax = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// Duration that segments aim at. 1–10 s, default 2 s. Shorter segments let viewers join and switch sooner; longer ones
    /// cost fewer requests and compress better. A segment ends at the first IDR picture at or a little before this.
    /// </summary>
    public TimeSpan Target { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Upper bound of a part's duration where frames are not longer. 0.2–1 s, default 335 ms: ten pictures at 30 fps, eight at
    /// 25, fifteen AAC frames at 48 kHz, and a millisecond of rounding, so that full parts reach 85 % of it at every usual rate
    /// (for others see <see cref="PartTargetFor"/>). Shorter parts lower latency and cost requests.
    /// </summary>
    public TimeSpan PartTarget { get; init; } = TimeSpan.FromMilliseconds(335);

    /// <summary>
    /// PART-TARGET of a rendition whose frames last that long: as many whole frames as go into <see cref="PartTarget"/>, one at
    /// least, if it is not longer than a second. No part of them is longer, and none but a segment's last need be shorter than 85 % of it. RFC 8216bis §4.4.4.9.
    /// </summary>
    public TimeSpan PartTargetFor(TimeSpan frame)
    {
        if (frame <= TimeSpan.Zero)
        {
            return PartTarget;
        }

        // Longer ones are divided.
        frame = frame < FrameMax ? frame : FrameMax;
        var frames = frame * Math.Max(1, Math.Floor(PartTarget / frame));
        return frames <= PartTarget && frames >= PartTarget * FullShare ? PartTarget : frames + RoundingMax;
    }

    /// <summary>
    /// Media that playlists list behind the live edge: how far back viewers can go. At least six targets, at most 12 h,
    /// default 30 min. Longer takes storage (twice this, where nothing is recorded) and makes the playlists longer that
    /// players get when they join; what they get afterwards stays small.
    /// </summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Duration that no segment exceeds, constant for a broadcast: where the source sends no IDR picture for this long, the
    /// segment is cut without one. EXT-X-TARGETDURATION announces it.
    /// </summary>
    public TimeSpan Limit => Target * 2;

    /// <summary>How much before <see cref="Target"/> an IDR picture already ends a segment.</summary>
    public TimeSpan Tolerance => Target / 8;

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    public IEnumerable<string> Problems() => new[]
    {
        Outside(Target, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), nameof(Target)),
        Outside(PartTarget, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), nameof(PartTarget)),
        Outside(Window, Target * 6, TimeSpan.FromHours(12), nameof(Window)),
    }.OfType<string>();
}
