using Streaming.Pipeline.Text;

namespace Streaming.Pipeline.Timelines;

/// <content>The same names where a playlist lists hundreds of them: written, not allocated.</content>
public static partial class MediaNames
{
    internal static void WriteInitialization(ref Utf8Writer text, int index)
    {
        text.Write("init-"u8);
        text.Write(index);
        text.Write(".mp4"u8);
    }

    internal static void WriteSegment(ref Utf8Writer text, long mediaSequence)
    {
        text.Write(mediaSequence);
        text.Write(".m4s"u8);
    }

    internal static void WritePart(ref Utf8Writer text, long mediaSequence, int index)
    {
        text.Write(mediaSequence);
        text.Write("."u8);
        text.Write(index);
        text.Write(".m4s"u8);
    }
}
