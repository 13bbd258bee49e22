namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Sync Sample Box. ISO/IEC 14496-12 §8.6.2. Empty: the samples are in fragments, whose flags say which are sync
/// samples. It is there all the same, because a track without it has sync samples only.
/// </summary>
internal static class StssBox
{
    public static void WriteEmpty(BoxWriter writer)
    {
        using (writer.Open("stss"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // entry_count
        }
    }
}
