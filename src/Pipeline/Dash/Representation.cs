using System.Globalization;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>A rendition in a period, with its segments. ISO/IEC 23009-1 §5.3.5.</summary>
internal static class Representation
{
    /// <summary>The configuration of a track in the period: within one it never changes.</summary>
    public static TrackConfiguration ConfigurationOf(RenditionSnapshot track) =>
        track.Initializations[track.Segments[0].Initialization];

    public static void Write(ref Utf8XmlWriter xml, PeriodContent content, RenditionSnapshot track, string mediaPrefix)
    {
        var configuration = ConfigurationOf(track);
        xml.Start("Representation"u8);
        xml.Attribute("id"u8, track.Name);
        xml.Attribute("bandwidth"u8, track.PeakBitRate);
        xml.Attribute("codecs"u8, configuration.Codec);
        switch (configuration)
        {
            case VideoConfiguration video:
                WriteVideo(ref xml, video, track.FrameRate);
                break;
            case AudioConfiguration audio:
                WriteAudio(ref xml, audio);
                break;
        }

        if (content.LowLatency is { } lowLatency)
        {
            WriteResync(ref xml, lowLatency.ResyncInterval(configuration.Timescale));
        }

        SegmentTemplate.Write(ref xml, content, track, mediaPrefix);
        xml.End("Representation"u8);
    }

    public static void WriteFrameRate(ref Utf8XmlWriter xml, ReadOnlySpan<byte> attribute, FrameRate frameRate)
    {
        if (frameRate.Denominator == 1)
        {
            xml.Attribute(attribute, frameRate.Numerator);
        }
        else
        {
            xml.Attribute(attribute, frameRate.Numerator, "/"u8, frameRate.Denominator);
        }
    }

    private static void WriteVideo(ref Utf8XmlWriter xml, VideoConfiguration video, double measuredFrameRate)
    {
        xml.Attribute("width"u8, video.Width);
        xml.Attribute("height"u8, video.Height);
        xml.Attribute("sar"u8, video.SampleAspectRatio.Width, ":"u8, video.SampleAspectRatio.Height);
        if (FrameRate.Of(measuredFrameRate) is { } frameRate)
        {
            WriteFrameRate(ref xml, "frameRate"u8, frameRate);
        }
    }

    private static void WriteAudio(ref Utf8XmlWriter xml, AudioConfiguration audio)
    {
        xml.Attribute("audioSamplingRate"u8, audio.Timescale);
        if (ChannelConfiguration(audio.Channels) is { } channelConfiguration)
        {
            MediaPresentation.WriteDescriptor(
                ref xml,
                "AudioChannelConfiguration"u8,
                "urn:mpeg:mpegB:cicp:ChannelConfiguration"u8,
                channelConfiguration.ToString(CultureInfo.InvariantCulture));
        }
    }

    // Every part begins with a moof, most of them with pictures that need earlier ones: type 0. ISO/IEC 23009-1 §5.3.12.
    private static void WriteResync(ref Utf8XmlWriter xml, long interval)
    {
        xml.Start("Resync"u8);
        xml.Attribute("type"u8, 0);
        xml.Attribute("dT"u8, interval);
        xml.End("Resync"u8);
    }

    // ISO/IEC 23091-3 table 5: up to 5.1 the number is that of the channels.
    private static int? ChannelConfiguration(int channels) => channels switch
    {
        >= 1 and <= 6 => channels,
        7 => 11,
        8 => 7,
        _ => null,
    };
}
