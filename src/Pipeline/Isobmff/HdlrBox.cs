namespace Streaming.Pipeline.Isobmff;

/// <summary>Handler Reference Box: whether the track is video or audio. ISO/IEC 14496-12 §8.4.3.</summary>
internal static class HdlrBox
{
    public static void WriteVideo(BoxWriter writer) => Write(writer, "vide"u8, "Video\0"u8);

    public static void WriteAudio(BoxWriter writer) => Write(writer, "soun"u8, "Audio\0"u8);

    private static void Write(BoxWriter writer, ReadOnlySpan<byte> handlerType, ReadOnlySpan<byte> name)
    {
        using (writer.Open("hdlr"u8, version: 0, flags: 0))
        {
            writer.WriteZeros(4); // pre_defined
            writer.WriteBytes(handlerType);
            writer.WriteZeros(12); // reserved
            writer.WriteBytes(name);
        }
    }
}
