using System.Buffers;
using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Hls;

/// <summary>
/// Writes the Multivariant Playlist of a broadcast: a Variant Stream for each video rendition, all with the same audio.
/// RFC 8216bis §4.4.6.
/// </summary>
public static class MultivariantPlaylist
{
    // Players take their first guess from the first variant: AVPlayer begins with it, hls.js with a bandwidth estimate of
    // its bit rate. Apple's authoring specification asks for one of about 2 Mbit/s.
    private const long FirstVariantBitRateMax = 2_000_000;

    /// <summary>Writes the playlist. It has variants once <see cref="Offering"/> of the broadcast has renditions.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="broadcast">The broadcast.</param>
    /// <param name="mediaPrefix">
    /// What addresses of media begin with, relative to the playlist's, up to the rendition's name: the broadcast's id and a
    /// slash for a live one, empty where renditions lie beside the playlist.
    /// </param>
    public static void Write(IBufferWriter<byte> output, BroadcastSnapshot broadcast, string mediaPrefix)
    {
        var offering = Offering.Of(broadcast);
        var text = new Utf8Writer(output);
        text.Write("#EXTM3U\n#EXT-X-VERSION:6\n"u8);
        if (offering.IsIndependent)
        {
            text.Write("#EXT-X-INDEPENDENT-SEGMENTS\n"u8);
        }

        if (offering.Video.IsEmpty && offering.Audio is { } alone)
        {
            WriteStreamInf(ref text, alone, null, mediaPrefix);
        }
        else
        {
            if (offering.Audio is { } audio)
            {
                WriteMedia(ref text, audio, mediaPrefix);
            }

            foreach (var video in InOrder(offering.Video, offering.Audio))
            {
                WriteStreamInf(ref text, video, offering.Audio, mediaPrefix);
            }
        }

        text.Flush();
    }

    /// <summary>The best variant that most players can begin with, then all others from the best down.</summary>
    private static ImmutableArray<RenditionSnapshot> InOrder(
        ImmutableArray<RenditionSnapshot> video, RenditionSnapshot? audio)
    {
        var first = video.FirstOrDefault(one => one.AverageBitRate + (audio?.AverageBitRate ?? 0L) <= FirstVariantBitRateMax);
        return first is null ? video : video.Remove(first).Insert(0, first);
    }

    private static void WriteMedia(ref Utf8Writer text, RenditionSnapshot audio, string mediaPrefix)
    {
        text.Write("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",DEFAULT=YES,AUTOSELECT=YES"u8);
        if (audio.Configuration is AudioConfiguration { Channels: > 0 } configuration)
        {
            text.Write(",CHANNELS=\""u8);
            text.Write(configuration.Channels);
            text.Write("\""u8);
        }

        text.Write(",URI=\""u8);
        WriteAddress(ref text, audio, mediaPrefix);
        text.Write("\"\n"u8);
    }

    private static void WriteStreamInf(
        ref Utf8Writer text, RenditionSnapshot rendition, RenditionSnapshot? audio, string mediaPrefix)
    {
        text.Write("#EXT-X-STREAM-INF:BANDWIDTH="u8);
        text.Write((long)rendition.PeakBitRate + (audio?.PeakBitRate ?? 0));
        text.Write(",AVERAGE-BANDWIDTH="u8);
        text.Write((long)rendition.AverageBitRate + (audio?.AverageBitRate ?? 0));
        text.Write(",CODECS=\""u8);
        text.Write(rendition.Configuration.Codec);
        if (audio is not null)
        {
            text.Write(","u8);
            text.Write(audio.Configuration.Codec);
        }

        text.Write("\""u8);
        if (rendition.Configuration is VideoConfiguration picture)
        {
            text.Write(",RESOLUTION="u8);
            text.Write(picture.ShownWidth);
            text.Write("x"u8);
            text.Write(picture.Height);
        }

        if (FrameRate.Of(rendition.FrameRate) is { } frameRate)
        {
            text.Write(",FRAME-RATE="u8);
            text.WriteFixed((long)Math.Round(frameRate.PerSecond * 1000), 3);
        }

        if (audio is not null)
        {
            text.Write(",AUDIO=\"audio\""u8);
        }

        text.Write("\n"u8);
        WriteAddress(ref text, rendition, mediaPrefix);
        text.Write("\n"u8);
    }

    private static void WriteAddress(ref Utf8Writer text, RenditionSnapshot rendition, string mediaPrefix)
    {
        text.Write(mediaPrefix);
        text.Write(rendition.Name);
        text.Write("/"u8);
        text.Write(MediaNames.MediaPlaylist);
    }
}
