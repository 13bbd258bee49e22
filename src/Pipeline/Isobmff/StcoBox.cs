namespace Streaming.Pipeline.Isobmff;

/// <summary>Chunk Offset Box. ISO/IEC 14496-12 §8.7.5. Empty: all samples are in fragments.</summary>
internal static class StcoBox
{
    public static void WriteEmpty(BoxWriter writer)
    {
        using (writer.Open("stco"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // entry_count
        }
    }
}
