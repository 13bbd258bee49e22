namespace Streaming.Pipeline.Isobmff;

/// <summary>The fields that every sample entry begins with. ISO/IEC 14496-12 §8.5.2.</summary>
internal static class SampleEntry
{
    public static void WriteFields(BoxWriter writer)
    {
        writer.WriteZeros(6); // reserved
        writer.WriteUInt16(1); // data_reference_index
    }
}
