namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>Sequence parameter set: what it says of the pictures. ITU-T H.264 §7.3.2.1.</summary>
public sealed partial record SequenceParameterSet
{
    /// <summary>Parameter sets are tens of bytes long; what a longer one says further on is not read.</summary>
    private const int LengthMax = 1024;

    /// <summary>Macroblocks across or down at level 6.2: the root of 8 · MaxFS. ITU-T H.264 §A.3.1.</summary>
    private const uint MacroblocksMax = 1055;

    private const int MacroblockSize = 16;

    // Of frame_num and pic_order_cnt_lsb.
    private const int PlaceBitsMax = 16;

    /// <summary>profile_idc</summary>
    public required byte Profile { get; init; }

    /// <summary>The byte of constraint_set flags.</summary>
    public required byte ConstraintFlags { get; init; }

    /// <summary>level_idc: ten times the level.</summary>
    public required byte Level { get; init; }

    /// <summary>seq_parameter_set_id</summary>
    public required byte Id { get; init; }

    /// <summary>chroma_format_idc: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.</summary>
    public required byte ChromaFormat { get; init; }

    public required byte BitDepthLuma { get; init; }

    public required byte BitDepthChroma { get; init; }

    /// <summary>Width in luma samples, after cropping.</summary>
    public required int Width { get; init; }

    /// <summary>Height in luma samples of a frame, after cropping.</summary>
    public required int Height { get; init; }

    /// <summary>Pictures may be fields or have field macroblocks: frame_mbs_only_flag is 0.</summary>
    public required bool MayBeInterlaced { get; init; }

    /// <summary>Macroblocks of a frame.</summary>
    public required int Macroblocks { get; init; }

    /// <summary>Bits of frame_num.</summary>
    public required int FrameNumberBits { get; init; }

    /// <summary>Bits of pic_order_cnt_lsb, 0 where slices say nothing of it.</summary>
    public required int PictureOrderBits { get; init; }

    /// <summary>Pictures may refer to others: max_num_ref_frames is not 0.</summary>
    public required bool CanRefer { get; init; }

    /// <summary>
    /// <see cref="FrameNumberBits"/> and <see cref="PictureOrderBits"/> are all that slices say of their place: frames of one plane of
    /// macroblocks, in order of type 0 or 2.
    /// </summary>
    public required bool IsPlacedByNumbers { get; init; }

    /// <summary>Sample aspect ratio, 1:1 when the stream does not say.</summary>
    public (int Width, int Height) SampleAspectRatio { get; init; } = (1, 1);

    /// <summary>Null when the stream does not say.</summary>
    public VideoTiming? Timing { get; init; }

    /// <summary>The codecs parameter. RFC 6381 §3.3.</summary>
    public string Codec => $"avc1.{Profile:x2}{ConstraintFlags:x2}{Level:x2}";

    /// <summary>Whether profiles of that number carry chroma format and bit depths. ITU-T H.264 §7.3.2.1.1.</summary>
    private static bool HasChroma(byte profile) =>
        profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    /// <summary>Reads an SPS NAL unit; false when it is none or makes no sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> nalUnit, out SequenceParameterSet? parameterSet)
    {
        parameterSet = null;
        if (new NalUnit(nalUnit).Type != NalUnitType.SequenceParameterSet)
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[LengthMax];
        var reader = new BitReader(payload[..RawByteSequence.Extract(nalUnit[1..], payload)]);

        var profile = (byte)reader.Read(8);
        var constraints = (byte)reader.Read(8);
        var level = (byte)reader.Read(8);
        var id = reader.ReadUe();
        var (chromaFormat, separatePlanes, bitDepthLuma, bitDepthChroma) =
            HasChroma(profile) ? ReadChroma(ref reader) : (1, false, 8, 8);
        var frameNumberBits = reader.ReadUe() + 4;
        var (orderType, orderBits) = ReadPictureOrderCount(ref reader);
        var references = reader.ReadUe(); // max_num_ref_frames
        reader.Skip(1); // gaps_in_frame_num_value_allowed_flag
        var macroblocksAcross = reader.ReadUe() + 1;
        var mapUnitsDown = reader.ReadUe() + 1;
        var framesOnly = reader.ReadFlag();
        reader.Skip(framesOnly ? 1 : 2); // mb_adaptive_frame_field_flag, direct_8x8_inference_flag
        var macroblocksDown = (framesOnly ? 1UL : 2UL) * mapUnitsDown;
        var crop = reader.ReadFlag() ? Cropping.Read(ref reader) : default;

        if (reader.IsOverrun || id > 31 || chromaFormat > 3 || bitDepthLuma > 14 || bitDepthChroma > 14
            || macroblocksAcross is 0 or > MacroblocksMax || macroblocksDown is 0 or > MacroblocksMax)
        {
            return false;
        }

        var (width, height) = crop.Apply(
            (int)macroblocksAcross * MacroblockSize,
            (int)macroblocksDown * MacroblockSize,
            unitWidth: !separatePlanes && chromaFormat is 1 or 2 ? 2 : 1,
            unitHeight: (!separatePlanes && chromaFormat is 1 ? 2 : 1) * (framesOnly ? 1 : 2));
        if (width <= 0 || height <= 0)
        {
            return false;
        }

        var usability = reader.ReadFlag() ? VideoUsability.Read(ref reader) : VideoUsability.Absent;
        parameterSet = new SequenceParameterSet
        {
            Profile = profile,
            ConstraintFlags = constraints,
            Level = level,
            Id = (byte)id,
            ChromaFormat = (byte)chromaFormat,
            BitDepthLuma = (byte)bitDepthLuma,
            BitDepthChroma = (byte)bitDepthChroma,
            Width = width,
            Height = height,
            MayBeInterlaced = !framesOnly,
            Macroblocks = (int)(macroblocksAcross * macroblocksDown),
            FrameNumberBits = (int)Math.Min(frameNumberBits, PlaceBitsMax),
            PictureOrderBits = (int)Math.Min(orderBits, PlaceBitsMax),
            CanRefer = references > 0,
            IsPlacedByNumbers = framesOnly && !separatePlanes && orderType is 0 or 2
                && frameNumberBits <= PlaceBitsMax && orderBits <= PlaceBitsMax,
            SampleAspectRatio = usability.SampleAspectRatio,
            Timing = usability.Timing,
        };
        return true;
    }

    private static (uint Format, bool SeparatePlanes, uint BitDepthLuma, uint BitDepthChroma) ReadChroma(
        ref BitReader reader)
    {
        var format = reader.ReadUe();
        var separatePlanes = format == 3 && reader.ReadFlag();
        var luma = reader.ReadUe();
        var chroma = reader.ReadUe();
        reader.Skip(1); // qpprime_y_zero_transform_bypass_flag
        if (reader.ReadFlag())
        {
            for (var list = 0; list < (format == 3 ? 12 : 8); list++)
            {
                if (reader.ReadFlag())
                {
                    SkipScalingList(ref reader, size: list < 6 ? 16 : 64);
                }
            }
        }

        // A depth no profile has: refused by the caller.
        return (format, separatePlanes, Math.Min(luma, 100) + 8, Math.Min(chroma, 100) + 8);
    }

    private static void SkipScalingList(ref BitReader reader, int size)
    {
        var next = 8;
        for (var i = 0; i < size && next != 0; i++)
        {
            next = (next + reader.ReadSe()) & 0xFF;
        }
    }

    /// <summary>pic_order_cnt_type, and of type 0 the bits of pic_order_cnt_lsb.</summary>
    private static (uint Type, uint Bits) ReadPictureOrderCount(ref BitReader reader)
    {
        var type = reader.ReadUe();
        switch (type)
        {
            case 0:
                return (type, reader.ReadUe() + 4); // log2_max_pic_order_cnt_lsb_minus4
            case 1:
                reader.Skip(1); // delta_pic_order_always_zero_flag
                reader.ReadSe(); // offset_for_non_ref_pic
                reader.ReadSe(); // offset_for_top_to_bottom_field
                for (var left = reader.ReadUe(); left > 0 && !reader.IsOverrun; left--)
                {
                    reader.ReadSe(); // offset_for_ref_frame
                }

                break;
        }

        return (type, 0);
    }
}
