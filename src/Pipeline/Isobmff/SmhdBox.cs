namespace Streaming.Pipeline.Isobmff;

/// <summary>Sound Media Header Box. ISO/IEC 14496-12 §12.2.2, ISO/IEC 23000-19 §7.5.7.</summary>
internal static class SmhdBox
{
    public static void Write(BoxWriter writer)
    {
        using (writer.Open("smhd"u8, version: 0, flags: 0))
        {
            writer.WriteUInt16(0); // balance: centre
            writer.WriteZeros(2); // reserved
        }
    }
}
