namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Data Reference Box with one Data Entry URL Box, which says that the media is in this file. ISO/IEC 14496-12 §8.7.2.
/// </summary>
internal static class DrefBox
{
    private const uint SelfContained = 0x000001;

    public static void Write(BoxWriter writer)
    {
        using (writer.Open("dref"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(1); // entry_count
            using (writer.Open("url "u8, version: 0, SelfContained))
            {
            }
        }
    }
}
