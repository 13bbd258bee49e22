using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Isobmff;

/// <summary>Sample Description Box with its one sample entry. ISO/IEC 14496-12 §8.5.2.</summary>
internal static class StsdBox
{
    public static void Write(BoxWriter writer, TrackConfiguration configuration)
    {
        using (writer.Open("stsd"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(1); // entry_count
            switch (configuration)
            {
                case VideoConfiguration video:
                    Avc1Box.Write(writer, video);
                    break;
                case AudioConfiguration audio:
                    Mp4aBox.Write(writer, audio);
                    break;
                default:
                    throw new ArgumentException(
                        $"No sample entry for {configuration.GetType()}.", nameof(configuration));
            }
        }
    }
}
