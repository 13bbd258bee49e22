namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>The beginning of VUI parameters. ITU-T H.264 §E.1.1. Cut short, it says what it got to say.</summary>
internal readonly record struct VideoUsability((int Width, int Height) SampleAspectRatio, VideoTiming? Timing)
{
    private const uint ExtendedSar = 255;

    public static VideoUsability Absent => new((1, 1), null);

    /// <summary>Table E-1, from aspect_ratio_idc 1 on.</summary>
    private static readonly (int Width, int Height)[] AspectRatios =
    [
        (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11),
        (80, 33), (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
    ];

    public static VideoUsability Read(ref BitReader reader)
    {
        var aspectRatio = reader.ReadFlag() ? ReadAspectRatio(ref reader) : (1, 1);
        if (reader.ReadFlag()) // overscan_info_present_flag
        {
            reader.Skip(1);
        }

        if (reader.ReadFlag()) // video_signal_type_present_flag
        {
            reader.Skip(4); // video_format, video_full_range_flag
            reader.Skip(reader.ReadFlag() ? 24 : 0); // colour_primaries, transfer_characteristics, matrix_coefficients
        }

        if (reader.ReadFlag()) // chroma_loc_info_present_flag
        {
            reader.ReadUe();
            reader.ReadUe();
        }

        return new VideoUsability(aspectRatio, reader.ReadFlag() ? ReadTiming(ref reader) : null);
    }

    private static (int Width, int Height) ReadAspectRatio(ref BitReader reader)
    {
        var index = reader.Read(8);
        if (index == ExtendedSar)
        {
            var (width, height) = ((int)reader.Read(16), (int)reader.Read(16));
            return width == 0 || height == 0 ? (1, 1) : (width, height);
        }

        return index > 0 && index <= AspectRatios.Length ? AspectRatios[index - 1] : (1, 1);
    }

    private static VideoTiming? ReadTiming(ref BitReader reader)
    {
        var timing = new VideoTiming(reader.Read(32), reader.Read(32), reader.ReadFlag());
        return reader.IsOverrun || timing.NumUnitsInTick == 0 || timing.TimeScale == 0 ? null : timing;
    }
}
