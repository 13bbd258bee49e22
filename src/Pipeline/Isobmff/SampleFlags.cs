namespace Streaming.Pipeline.Isobmff;

/// <summary>The flags of a sample in a fragment. ISO/IEC 14496-12 §8.8.3.1.</summary>
internal static class SampleFlags
{
    /// <summary>sample_depends_on 2: it depends on no other.</summary>
    public const uint Sync = 0x02000000;

    /// <summary>sample_depends_on 1: it depends on others; sample_is_non_sync_sample.</summary>
    public const uint NonSync = 0x01010000;
}
