using Streaming.Pipeline.Isobmff;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Cmaf;

/// <summary>
/// CMAF header: what a player needs before the first chunk of a track. ISO/IEC 23000-19 §7.3.2.1; HLS calls it the
/// media initialization section, DASH the initialization segment.
/// </summary>
/// <remarks>
/// The brand <c>cmf2</c> holds where a video track has no edit list, its runs are of version 1, and every chunk brings
/// its own defaults (ISO/IEC 23000-19 §7.7). The timeline suits that: composition offsets are signed, so the first
/// picture is shown at its decode time and there is nothing for an edit list to take back. <c>cmfc</c> is implied by
/// <c>cmf2</c> and named for players that know only it; <c>iso6</c> brings the boxes of both, among them signed
/// composition offsets and addresses relative to the moof.
/// <para>
/// The sample entry is <c>avc1</c>: parameter sets are in the header, and a change of them makes a new header, which
/// the codecs parameter of the playlists then names. <c>avc3</c> would allow changes within the samples, which this
/// platform never makes, and a browser need not play it: the ISO BMFF byte stream format of Media Source Extensions
/// demands support for parameter sets in the sample entry and only advises it for those in the samples. Publishers that
/// repeat the same sets in front of every key frame are common; decoders skip them, and samples are kept as they came.
/// </para>
/// </remarks>
public static class CmafHeader
{
    /// <summary>The id of the one track of every header and chunk.</summary>
    internal const uint TrackId = 1;

    /// <summary>Writes the header of a track.</summary>
    /// <exception cref="ArgumentException">
    /// The configuration has no decoder configuration, or a size of zero.
    /// </exception>
    public static byte[] Create(TrackConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Validate(configuration);

        var writer = new BoxWriter();
        FtypBox.Write(writer, majorBrand: "iso6"u8, compatibleBrands: "iso6cmfccmf2"u8);
        using (writer.Open("moov"u8))
        {
            new MvhdBox(configuration.Timescale, NextTrackId: TrackId + 1).Write(writer);
            WriteTrack(writer, configuration);
            using (writer.Open("mvex"u8))
            {
                new TrexBox(TrackId).Write(writer);
            }
        }

        var header = writer.Written.ToArray();
        writer.Release();
        return header;
    }

    private static void WriteTrack(BoxWriter writer, TrackConfiguration configuration)
    {
        using (writer.Open("trak"u8))
        {
            WriteTrackHeader(writer, configuration);
            using (writer.Open("mdia"u8))
            {
                new MdhdBox(configuration.Timescale).Write(writer);
                WriteMedia(writer, configuration);
            }
        }
    }

    private static void WriteTrackHeader(BoxWriter writer, TrackConfiguration configuration)
    {
        var (width, height) = configuration is VideoConfiguration video ? DisplaySize(video) : default;
        new TkhdBox(TrackId, configuration.Kind is TrackKind.Audio, width, height).Write(writer);
    }

    private static void WriteMedia(BoxWriter writer, TrackConfiguration configuration)
    {
        var isVideo = configuration.Kind is TrackKind.Video;
        if (isVideo)
        {
            HdlrBox.WriteVideo(writer);
        }
        else
        {
            HdlrBox.WriteAudio(writer);
        }

        using (writer.Open("minf"u8))
        {
            if (isVideo)
            {
                VmhdBox.Write(writer);
            }
            else
            {
                SmhdBox.Write(writer);
            }

            using (writer.Open("dinf"u8))
            {
                DrefBox.Write(writer);
            }

            WriteSampleTable(writer, configuration);
        }
    }

    private static void WriteSampleTable(BoxWriter writer, TrackConfiguration configuration)
    {
        using (writer.Open("stbl"u8))
        {
            StsdBox.Write(writer, configuration);
            SttsBox.WriteEmpty(writer);
            StscBox.WriteEmpty(writer);
            StszBox.WriteEmpty(writer);
            StcoBox.WriteEmpty(writer);
            if (configuration.Kind is TrackKind.Video)
            {
                StssBox.WriteEmpty(writer);
            }
        }
    }

    /// <summary>
    /// The size at which the picture is shown on square samples, 16.16 fixed point: its width stretched by the sample
    /// aspect ratio, its height as coded. ISO/IEC 14496-12 §8.3.2.3.
    /// </summary>
    private static (uint Width, uint Height) DisplaySize(VideoConfiguration video)
    {
        var (horizontal, vertical) = video.SampleAspectRatio;
        var width = ((Int128)video.Width << 16) * horizontal / vertical;
        return ((uint)Int128.Min(width, uint.MaxValue), (uint)video.Height << 16);
    }

    private static void Validate(TrackConfiguration configuration)
    {
        ArgumentOutOfRangeException.ThrowIfZero(configuration.Timescale, nameof(configuration));
        if (configuration.DecoderConfiguration.IsEmpty)
        {
            throw new ArgumentException("The track has no decoder configuration.", nameof(configuration));
        }

        switch (configuration)
        {
            case VideoConfiguration video:
                RequireUInt16(video.Width, "width");
                RequireUInt16(video.Height, "height");
                if (video.SampleAspectRatio is not { Width: > 0, Height: > 0 })
                {
                    throw new ArgumentException(
                        $"Sample aspect ratio {video.SampleAspectRatio} is not positive.", nameof(configuration));
                }

                break;
            case AudioConfiguration audio:
                RequireUInt16(audio.Channels, "number of channels");
                break;
        }

        void RequireUInt16(int value, string name)
        {
            if (value is < 1 or > ushort.MaxValue)
            {
                throw new ArgumentException(
                    $"A {name} of {value} is not between 1 and {ushort.MaxValue}.", nameof(configuration));
            }
        }
    }
}
