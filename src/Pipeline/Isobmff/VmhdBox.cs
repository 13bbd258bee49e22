namespace Streaming.Pipeline.Isobmff;

/// <summary>Video Media Header Box. ISO/IEC 14496-12 §12.1.2.</summary>
internal static class VmhdBox
{
    public static void Write(BoxWriter writer)
    {
        using (writer.Open("vmhd"u8, version: 0, flags: 1))
        {
            writer.WriteUInt16(0); // graphicsmode: copy
            writer.WriteZeros(6); // opcolor
        }
    }
}
