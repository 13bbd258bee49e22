using Streaming.Pipeline.Media;
using Streaming.Pipeline.Text;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// The renditions of one kind in a period, between which a player may switch at every segment. ISO/IEC 23009-1 §5.3.3.
/// </summary>
internal static class AdaptationSet
{
    private const int VideoId = 0;
    private const int AudioId = 1;

    public static void WriteVideo(ref Utf8XmlWriter xml, PeriodContent content, string mediaPrefix)
    {
        var tracks = content.Tracks.Video;
        WriteStart(ref xml, VideoId, "video"u8, "video/mp4"u8, content.Tracks.IsIndependent);
        var pictures = tracks.Select(static track => (VideoConfiguration)Representation.ConfigurationOf(track)).ToList();
        var (parWidth, parHeight) = PictureAspectRatio(pictures.MaxBy(static picture => picture.ShownWidth * picture.Height)!);
        xml.Attribute("par"u8, parWidth, ":"u8, parHeight);
        xml.Attribute("maxWidth"u8, pictures.Max(static picture => picture.Width));
        xml.Attribute("maxHeight"u8, pictures.Max(static picture => picture.Height));
        if (FrameRate.Of(tracks.Max(static track => track.FrameRate)) is { } frameRate)
        {
            Representation.WriteFrameRate(ref xml, "maxFrameRate"u8, frameRate);
        }

        WriteRole(ref xml);
        foreach (var track in tracks)
        {
            Representation.Write(ref xml, content, track, mediaPrefix);
        }

        xml.End("AdaptationSet"u8);
    }

    public static void WriteAudio(ref Utf8XmlWriter xml, PeriodContent content, string mediaPrefix)
    {
        WriteStart(ref xml, AudioId, "audio"u8, "audio/mp4"u8, isIndependent: true);
        WriteRole(ref xml);
        Representation.Write(ref xml, content, content.Tracks.Audio!, mediaPrefix);
        xml.End("AdaptationSet"u8);
    }

    private static void WriteStart(
        ref Utf8XmlWriter xml, int id, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> mimeType, bool isIndependent)
    {
        xml.Start("AdaptationSet"u8);
        xml.Attribute("id"u8, id);
        xml.Attribute("contentType"u8, contentType);
        xml.Attribute("mimeType"u8, mimeType);
        xml.Attribute("segmentAlignment"u8, "true"u8);
        if (isIndependent)
        {
            xml.Attribute("startWithSAP"u8, 1);
        }
    }

    private static void WriteRole(ref Utf8XmlWriter xml) =>
        MediaPresentation.WriteDescriptor(ref xml, "Role"u8, "urn:mpeg:dash:role:2011"u8, "main");

    private static (long Width, long Height) PictureAspectRatio(VideoConfiguration picture)
    {
        var width = (long)picture.Width * picture.SampleAspectRatio.Width;
        var height = (long)picture.Height * picture.SampleAspectRatio.Height;
        var divisor = Math.Max(1, GreatestCommonDivisor(width, height));
        return (width / divisor, height / divisor);
    }

    private static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
