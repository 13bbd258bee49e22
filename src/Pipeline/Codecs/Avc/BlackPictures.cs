using System.Buffers;
using System.Buffers.Binary;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// Black pictures in H.264 Constrained Baseline, which stand in for video where a publisher sends none: an IDR picture of about a
/// byte a macroblock, then pictures of some bytes that repeat it. ITU-T H.264 §7.3.
/// </summary>
public sealed class BlackPictures
{
    private const int MacroblockSize = 16;
    private const int LengthSize = 4;

    /// <summary>frame_num has 4 bits, the fewest.</summary>
    private const int FrameNumbers = 16;

    private readonly ReadOnlyMemory<byte> _idr;
    private readonly ReadOnlyMemory<byte>[] _repetitions;

    /// <param name="like">Video whose size and shape they have.</param>
    public BlackPictures(VideoConfiguration like)
    {
        var across = Macroblocks(like.Width);
        var down = Macroblocks(like.Height);
        Configuration = Configured(like, across, down);
        _idr = Framed(0x65, Idr(across, down));
        _repetitions = [.. Enumerable.Range(0, FrameNumbers).Select(number => Framed(0x41, Repetition(number, across * down)))];
    }

    /// <summary>The track that they make.</summary>
    public VideoConfiguration Configuration { get; }

    /// <summary>The picture of that index in its group, of which the first, 0, is an IDR picture. Valid for ever.</summary>
    public ReadOnlyMemory<byte> Picture(int index) => index == 0 ? _idr : _repetitions[index % FrameNumbers];

    private static int Macroblocks(int samples) => (samples + MacroblockSize - 1) / MacroblockSize;

    private static VideoConfiguration Configured(VideoConfiguration like, int across, int down)
    {
        var record = new AvcDecoderConfigurationRecord
        {
            LengthSize = LengthSize,
            SequenceParameterSets = [Escaped(0x67, SequenceParameterSet(like, across, down))],
            PictureParameterSets = [Escaped(0x68, PictureParameterSet())],
        };
        var writer = new ArrayBufferWriter<byte>();
        record.Write(writer);
        return record.ToConfiguration(writer.WrittenMemory)!;
    }

    private static byte[] SequenceParameterSet(VideoConfiguration like, int across, int down)
    {
        var bits = new BitWriter()
            .Write(66, 8).Write(0xC0, 8).Write(Level(across * down), 8); // Constrained Baseline
        bits.WriteUe(0); // seq_parameter_set_id
        bits.WriteUe(0); // log2_max_frame_num_minus4
        bits.WriteUe(2); // pic_order_cnt_type: shown in the order in which they are decoded
        bits.WriteUe(1); // max_num_ref_frames
        bits.Write(0, 1); // gaps_in_frame_num_value_allowed_flag
        bits.WriteUe((uint)(across - 1));
        bits.WriteUe((uint)(down - 1));
        bits.Write(1, 1).Write(1, 1); // frame_mbs_only_flag, direct_8x8_inference_flag
        bits.Write(1, 1); // frame_cropping_flag, in units of two samples
        bits.WriteUe(0);
        bits.WriteUe((uint)(((across * MacroblockSize) - like.Width) / 2));
        bits.WriteUe(0);
        bits.WriteUe((uint)(((down * MacroblockSize) - like.Height) / 2));
        bits.Write(1, 1); // vui_parameters_present_flag
        bits.Write(1, 1).Write(255, 8)
            .Write((uint)like.SampleAspectRatio.Width, 16).Write((uint)like.SampleAspectRatio.Height, 16);
        bits.Write(0, 7); // overscan, video signal, chroma location, timing, two HRDs, pic_struct: all absent
        bits.Write(1, 1).Write(1, 1); // bitstream_restriction_flag, motion_vectors_over_pic_boundaries_flag
        bits.WriteUe(0); // max_bytes_per_pic_denom
        bits.WriteUe(0); // max_bits_per_mb_denom
        bits.WriteUe(0); // log2_max_mv_length_horizontal
        bits.WriteUe(0); // log2_max_mv_length_vertical
        bits.WriteUe(0); // max_num_reorder_frames: no decoder waits for another picture
        bits.WriteUe(1); // max_dec_frame_buffering
        return Ended(bits);
    }

    private static byte[] PictureParameterSet()
    {
        var bits = new BitWriter();
        bits.WriteUe(0); // pic_parameter_set_id
        bits.WriteUe(0); // seq_parameter_set_id
        bits.Write(0, 2); // entropy_coding_mode_flag (CAVLC), bottom_field_pic_order_in_frame_present_flag
        bits.WriteUe(0); // num_slice_groups_minus1
        bits.WriteUe(0); // num_ref_idx_l0_default_active_minus1
        bits.WriteUe(0); // num_ref_idx_l1_default_active_minus1
        bits.Write(0, 3); // weighted_pred_flag, weighted_bipred_idc
        bits.WriteUe(0); // pic_init_qp_minus26
        bits.WriteUe(0); // pic_init_qs_minus26
        bits.WriteUe(0); // chroma_qp_index_offset
        bits.Write(0, 3); // deblocking control, constrained_intra_pred_flag, redundant_pic_cnt: absent
        return Ended(bits);
    }

    /// <summary>The first macroblock in samples, all others predicted from it without a residual.</summary>
    private static byte[] Idr(int across, int down)
    {
        var bits = new BitWriter();
        bits.WriteUe(0); // first_mb_in_slice
        bits.WriteUe(7); // slice_type I, and all of the picture
        bits.WriteUe(0); // pic_parameter_set_id
        bits.Write(0, 4); // frame_num
        bits.WriteUe(0); // idr_pic_id
        bits.Write(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
        bits.WriteUe(0); // slice_qp_delta

        bits.WriteUe(25).Align(); // mb_type I_PCM
        WriteSamples(bits, value: 16, count: 256);
        WriteSamples(bits, value: 128, count: 128);
        for (var macroblock = 1; macroblock < across * down; macroblock++)
        {
            bits.WriteUe(3); // mb_type I_16x16_2_0_0: the mean of its neighbours
            bits.WriteUe(0); // intra_chroma_pred_mode: the same
            bits.WriteUe(0); // mb_qp_delta

            // coeff_token of no coefficient. Beside samples, which count as 16 coefficients, it is another code (table 9-5).
            var isBesideSamples = macroblock == 1 && across > 1 || macroblock == across;
            bits.Write(isBesideSamples ? 0b000011u : 1, isBesideSamples ? 6 : 1);
        }

        return Ended(bits);
    }

    /// <summary>A P picture of which every macroblock is skipped.</summary>
    private static byte[] Repetition(int frameNumber, int macroblocks)
    {
        var bits = new BitWriter();
        bits.WriteUe(0); // first_mb_in_slice
        bits.WriteUe(5); // slice_type P, and all of the picture
        bits.WriteUe(0); // pic_parameter_set_id
        bits.Write((uint)frameNumber, 4);
        bits.Write(0, 3); // num_ref_idx_active_override, ref_pic_list_modification, adaptive_ref_pic_marking
        bits.WriteUe(0); // slice_qp_delta
        bits.WriteUe((uint)macroblocks); // mb_skip_run
        return Ended(bits);
    }

    /// <summary>level_idc for a picture of that many macroblocks, at up to 30 a second. ITU-T H.264 table A-1.</summary>
    private static uint Level(int macroblocks) => macroblocks switch
    {
        <= 3600 => 31,
        <= 8192 => 40,
        <= 36_864 => 51,
        _ => 62,
    };

    private static void WriteSamples(BitWriter bits, uint value, int count)
    {
        for (; count > 0; count--)
        {
            bits.Write(value, 8);
        }
    }

    /// <summary>With rbsp_trailing_bits.</summary>
    private static byte[] Ended(BitWriter bits) => bits.Write(1, 1).ToArray();

    /// <summary>A NAL unit behind its length.</summary>
    private static byte[] Framed(byte header, byte[] payload)
    {
        var unit = Escaped(header, payload);
        var framed = new byte[LengthSize + unit.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, unit.Length);
        unit.CopyTo(framed, LengthSize);
        return framed;
    }

    private static byte[] Escaped(byte header, byte[] payload)
    {
        var unit = new List<byte>(payload.Length + 1) { header };
        RawByteSequence.Append(payload, unit);
        return [.. unit];
    }
}
