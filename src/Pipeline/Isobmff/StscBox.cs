namespace Streaming.Pipeline.Isobmff;

/// <summary>Sample To Chunk Box. ISO/IEC 14496-12 §8.7.4. Empty: all samples are in fragments.</summary>
internal static class StscBox
{
    public static void WriteEmpty(BoxWriter writer)
    {
        using (writer.Open("stsc"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // entry_count
        }
    }
}
