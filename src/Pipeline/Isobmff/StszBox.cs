namespace Streaming.Pipeline.Isobmff;

/// <summary>Sample Size Box. ISO/IEC 14496-12 §8.7.3.2. Empty: all samples are in fragments.</summary>
internal static class StszBox
{
    public static void WriteEmpty(BoxWriter writer)
    {
        using (writer.Open("stsz"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // sample_size
            writer.WriteUInt32(0); // sample_count
        }
    }
}
