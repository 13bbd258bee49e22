using System.Buffers;
using System.Buffers.Binary;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// Pictures that show once more what a stream showed last, for times in which its publisher sends none: P pictures of some bytes, of
/// which every macroblock is skipped and to which no other picture refers. ITU-T H.264 §7.3.3, §8.4.1.1.
/// </summary>
/// <remarks>
/// Several in a row have the same place in the order of pictures, since the stream's own next one may have the next place. Decoders
/// take them one by one, because each begins with an access unit delimiter.
/// </remarks>
internal sealed class StillPictures
{
    private const int SliceHeaderMax = 32;

    // nal_ref_idc
    private const int ReferenceMask = 0x60;

    private readonly SequenceParameterSet _sequence;
    private readonly Dictionary<uint, PictureParameterSet> _pictures;
    private readonly int _lengthSize;

    // An access unit delimiter that leaves open what comes. primary_pic_type 7, ITU-T H.264 §7.4.2.4.
    private readonly byte[] _delimiter;
    private readonly ArrayBufferWriter<byte> _idr = new();
    private (uint Parameters, uint FrameNumber, uint Order)? _last;
    private ReadOnlyMemory<byte>? _picture;

    private StillPictures(
        SequenceParameterSet sequence, Dictionary<uint, PictureParameterSet> pictures, int lengthSize) =>
        (_sequence, _pictures, _lengthSize, _delimiter) = (sequence, pictures, lengthSize, Framed([0x09, 0xF0], lengthSize));

    /// <summary>
    /// The picture that repeats what was shown last, as the track frames it. Null before there was one to refer to. Valid for
    /// ever.
    /// </summary>
    public ReadOnlyMemory<byte>? Picture => _picture ??= _last is { } last ? Made(last) : (ReadOnlyMemory<byte>?)null;

    /// <summary>
    /// What was shown last, if it is an IDR picture: as it is, it can be shown again. Null where it is none. Valid until the next
    /// picture is shown.
    /// </summary>
    public ReadOnlyMemory<byte>? Idr => _last is not null && _idr.WrittenCount > 0 ? _idr.WrittenMemory : (ReadOnlyMemory<byte>?)null;

    /// <summary>
    /// For a track. Null where they cannot be made: of interlaced video, of pictures that never refer to others, with several sequence
    /// parameter sets, and where the order of pictures is of type 1.
    /// </summary>
    public static StillPictures? For(VideoConfiguration track)
    {
        if (!AvcDecoderConfigurationRecord.TryRead(track.DecoderConfiguration, out var record)
            || record!.LengthSize < sizeof(ushort)
            || record.SequenceParameterSets.Length != 1
            || !SequenceParameterSet.TryRead(record.SequenceParameterSets[0].Span, out var sequence)
            || sequence is not { CanRefer: true, IsPlacedByNumbers: true })
        {
            return null;
        }

        var pictures = new Dictionary<uint, PictureParameterSet>();
        foreach (var set in record.PictureParameterSets)
        {
            if (PictureParameterSet.Read(set.Span) is { HasSliceGroups: false } picture)
            {
                pictures[picture.Id] = picture;
            }
        }

        return new StillPictures(sequence, pictures, record.LengthSize);
    }

    /// <summary>A picture of the stream is shown.</summary>
    public void Show(ReadOnlySpan<byte> accessUnit)
    {
        foreach (var unit in new LengthPrefixedNalUnits(accessUnit, _lengthSize))
        {
            if (unit.IsSlice)
            {
                Show(unit, accessUnit);
                return;
            }
        }
    }

    private void Show(NalUnit slice, ReadOnlySpan<byte> accessUnit)
    {
        if ((slice.Bytes[0] & ReferenceMask) == 0)
        {
            return; // None can refer to it: what is repeated is the picture before.
        }

        _idr.ResetWrittenCount();
        if (slice.Type == NalUnitType.IdrSlice)
        {
            _idr.Write(_delimiter);
            _idr.Write(accessUnit);
        }

        _picture = null;
        _last = Place(slice);
    }

    /// <summary>What a slice says of its picture's place. Null where it cannot be read.</summary>
    private (uint Parameters, uint FrameNumber, uint Order)? Place(NalUnit slice)
    {
        Span<byte> payload = stackalloc byte[SliceHeaderMax];
        var reader = new BitReader(payload[..RawByteSequence.Extract(slice.Bytes[1..], payload)]);
        reader.ReadUe(); // first_mb_in_slice
        reader.ReadUe(); // slice_type
        var parameters = reader.ReadUe();
        var frameNumber = reader.Read(_sequence.FrameNumberBits);
        if (slice.Type == NalUnitType.IdrSlice)
        {
            reader.ReadUe(); // idr_pic_id
        }

        var order = reader.Read(_sequence.PictureOrderBits);
        return reader.IsOverrun || !_pictures.ContainsKey(parameters) ? null : (parameters, frameNumber, order);
    }

    private byte[] Made((uint Parameters, uint FrameNumber, uint Order) last)
    {
        var picture = _pictures[last.Parameters];
        var bits = new BitWriter();
        bits.WriteUe(0).WriteUe(5).WriteUe(picture.Id); // first_mb_in_slice, slice_type P and all of the picture
        bits.Write(last.FrameNumber + 1, _sequence.FrameNumberBits);
        bits.Write(last.Order + 1, _sequence.PictureOrderBits);
        if (_sequence.PictureOrderBits > 0 && picture.HasBottomFieldOrder)
        {
            bits.WriteUe(0); // delta_pic_order_cnt_bottom
        }

        if (picture.HasRedundantCount)
        {
            bits.WriteUe(0); // redundant_pic_cnt
        }

        bits.Write(1, 1).WriteUe(0); // num_ref_idx_active_override_flag, num_ref_idx_l0_active_minus1
        bits.Write(0, 1); // ref_pic_list_modification_flag_l0
        if (picture.HasWeights)
        {
            WriteNoWeights(bits);
        }

        if (picture.IsArithmetic)
        {
            bits.WriteUe(0); // cabac_init_idc
        }

        bits.WriteSe(picture.IsArithmetic ? SkippedMacroblocks.Quantizer - picture.InitialQuantizer : 0); // slice_qp_delta
        if (picture.HasDeblockingControl)
        {
            bits.WriteUe(1); // disable_deblocking_filter_idc
        }

        if (picture.IsArithmetic)
        {
            SkippedMacroblocks.Write(bits, _sequence.Macroblocks);
        }
        else
        {
            bits.WriteUe((uint)_sequence.Macroblocks).Write(1, 1); // mb_skip_run, rbsp_stop_one_bit
        }

        return [.. _delimiter, .. Framed(Escaped(bits.ToArray()), _lengthSize)];
    }

    /// <summary>pred_weight_table: each sample counts as it is.</summary>
    private void WriteNoWeights(BitWriter bits)
    {
        var isColoured = _sequence.ChromaFormat > 0;
        bits.WriteUe(0); // luma_log2_weight_denom
        if (isColoured)
        {
            bits.WriteUe(0); // chroma_log2_weight_denom
        }

        bits.Write(0, isColoured ? 2 : 1); // luma_weight_l0_flag, chroma_weight_l0_flag
    }

    /// <summary>A slice that none refers to.</summary>
    private static byte[] Escaped(byte[] payload)
    {
        List<byte> unit = [(byte)NalUnitType.NonIdrSlice];
        RawByteSequence.Append(payload, unit);
        return [.. unit];
    }

    private static byte[] Framed(byte[] unit, int lengthSize)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)unit.Length);
        return [.. length[^lengthSize..], .. unit];
    }
}
