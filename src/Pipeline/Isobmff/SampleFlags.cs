using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Isobmff;

/// <summary>The flags of a sample in a fragment. ISO/IEC 14496-12 §8.8.3.1.</summary>
internal static class SampleFlags
{
    /// <summary>sample_depends_on 2: it depends on no other.</summary>
    public const uint Sync = 0x02000000;

    /// <summary>sample_depends_on 1: it depends on others; sample_is_non_sync_sample.</summary>
    public const uint NonSync = 0x01010000;

    /// <summary>sample_depends_on 1, and yet said to be a sync sample: see <see cref="Of"/>.</summary>
    public const uint Recovering = 0x01000000;

    /// <summary>
    /// The flags of a sample. Browsers drop everything up to the first sync sample (W3C Media Source Extensions, coded frame
    /// processing), so that recovery points are said to be sync samples, too: their decoders begin there, and show
    /// nothing before it is right.
    /// </summary>
    public static uint Of(in Sample sample) => sample switch
    {
        { IsSync: true } or { RecoveryFrames: 0 } => Sync,
        { RecoveryFrames: > 0 } => Recovering,
        _ => NonSync,
    };
}
