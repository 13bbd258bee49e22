using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// AVC Sample Entry, whose parameter sets are in its avcC. ISO/IEC 14496-15 §5.4.2.1, ISO/IEC 14496-12 §12.1.3.
/// </summary>
internal static class Avc1Box
{
    private const uint Resolution72Dpi = 0x00480000;
    private const ushort ColourWithoutAlpha = 0x0018;

    public static void Write(BoxWriter writer, VideoConfiguration configuration)
    {
        using (writer.Open("avc1"u8))
        {
            SampleEntry.WriteFields(writer);
            writer.WriteZeros(16); // pre_defined, reserved
            writer.WriteUInt16(checked((ushort)configuration.Width));
            writer.WriteUInt16(checked((ushort)configuration.Height));
            writer.WriteUInt32(Resolution72Dpi);
            writer.WriteUInt32(Resolution72Dpi);
            writer.WriteZeros(4); // reserved
            writer.WriteUInt16(1); // frame_count
            writer.WriteZeros(32); // compressorname
            writer.WriteUInt16(ColourWithoutAlpha);
            writer.WriteUInt16(0xFFFF); // pre_defined -1
            AvcCBox.Write(writer, configuration.DecoderConfiguration.Span);
            PaspBox.Write(writer, configuration.SampleAspectRatio);
        }
    }
}
