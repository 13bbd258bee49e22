namespace Streaming.Pipeline.Isobmff;

/// <summary>Pixel Aspect Ratio Box. ISO/IEC 14496-12 §12.1.4.</summary>
internal static class PaspBox
{
    public static void Write(BoxWriter writer, (int Width, int Height) sampleAspectRatio)
    {
        using (writer.Open("pasp"u8))
        {
            writer.WriteInt32(sampleAspectRatio.Width); // hSpacing
            writer.WriteInt32(sampleAspectRatio.Height); // vSpacing
        }
    }
}
