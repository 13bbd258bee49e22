namespace Streaming.Pipeline.Isobmff;

/// <summary>Decoding Time to Sample Box. ISO/IEC 14496-12 §8.6.1.2. Empty: all samples are in fragments.</summary>
internal static class SttsBox
{
    public static void WriteEmpty(BoxWriter writer)
    {
        using (writer.Open("stts"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // entry_count
        }
    }
}
