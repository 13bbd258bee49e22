namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>Picture parameter set: what a slice header has to be written by. ITU-T H.264 §7.3.2.2.</summary>
internal sealed record PictureParameterSet
{
    private const int LengthMax = 64;

    /// <summary>pic_parameter_set_id</summary>
    public required uint Id { get; init; }

    /// <summary>entropy_coding_mode_flag: CABAC, or CAVLC.</summary>
    public required bool IsArithmetic { get; init; }

    /// <summary>bottom_field_pic_order_in_frame_present_flag</summary>
    public required bool HasBottomFieldOrder { get; init; }

    /// <summary>Macroblocks are in several slice groups.</summary>
    public required bool HasSliceGroups { get; init; }

    /// <summary>weighted_pred_flag</summary>
    public required bool HasWeights { get; init; }

    /// <summary>SliceQP where a slice says nothing else: 26 + pic_init_qp_minus26.</summary>
    public required int InitialQuantizer { get; init; }

    /// <summary>deblocking_filter_control_present_flag</summary>
    public required bool HasDeblockingControl { get; init; }

    /// <summary>redundant_pic_cnt_present_flag</summary>
    public required bool HasRedundantCount { get; init; }

    /// <summary>Reads a PPS NAL unit; null when it is none or makes no sense.</summary>
    public static PictureParameterSet? Read(ReadOnlySpan<byte> nalUnit)
    {
        if (new NalUnit(nalUnit).Type != NalUnitType.PictureParameterSet)
        {
            return null;
        }

        Span<byte> payload = stackalloc byte[LengthMax];
        var reader = new BitReader(payload[..RawByteSequence.Extract(nalUnit[1..], payload)]);
        var id = reader.ReadUe();
        reader.ReadUe(); // seq_parameter_set_id
        var isArithmetic = reader.ReadFlag();
        var hasBottomFieldOrder = reader.ReadFlag();
        var hasSliceGroups = reader.ReadUe() > 0;
        reader.ReadUe(); // num_ref_idx_l0_default_active_minus1
        reader.ReadUe(); // num_ref_idx_l1_default_active_minus1
        var hasWeights = reader.ReadFlag();
        reader.Skip(2); // weighted_bipred_idc
        var quantizer = 26 + reader.ReadSe();
        reader.ReadSe(); // pic_init_qs_minus26
        reader.ReadSe(); // chroma_qp_index_offset
        var hasDeblockingControl = reader.ReadFlag();
        reader.Skip(1); // constrained_intra_pred_flag
        var hasRedundantCount = reader.ReadFlag();
        return reader.IsOverrun ? null : new PictureParameterSet
        {
            Id = id,
            IsArithmetic = isArithmetic,
            HasBottomFieldOrder = hasBottomFieldOrder,
            HasSliceGroups = hasSliceGroups,
            HasWeights = hasWeights,
            InitialQuantizer = quantizer,
            HasDeblockingControl = hasDeblockingControl,
            HasRedundantCount = hasRedundantCount,
        };
    }
}
