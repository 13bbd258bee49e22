namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// AVC Configuration Box: the AVCDecoderConfigurationRecord as it is. ISO/IEC 14496-15 §5.3.3, §5.4.2.1.
/// </summary>
internal static class AvcCBox
{
    public static void Write(BoxWriter writer, ReadOnlySpan<byte> decoderConfigurationRecord)
    {
        using (writer.Open("avcC"u8))
        {
            writer.WriteBytes(decoderConfigurationRecord);
        }
    }
}
