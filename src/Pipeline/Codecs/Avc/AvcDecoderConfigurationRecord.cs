using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// AVC decoder configuration record: the parameter sets of a track, and how its samples are framed. The content of an
/// <c>avcC</c> box and of FLV's AVC sequence header. ISO/IEC 14496-15 §5.3.3.1.
/// </summary>
public sealed record AvcDecoderConfigurationRecord
{
    public const int SequenceParameterSetsMax = 31;
    public const int PictureParameterSetsMax = 255;

    private const byte Version = 1;

    // Samples that are stretched more than this, either way, are a mistake: the widest of ITU-T H.264 table E-1 are 24:11.
    private const int SampleAspectRatioMax = 8;

    /// <summary>Bytes of a NAL unit's length in samples: 1, 2 or 4.</summary>
    public required int LengthSize { get; init; }

    /// <summary>SPS NAL units. May be empty when the encoder sends them in-band only.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> SequenceParameterSets { get; init; }

    /// <summary>PPS NAL units. May be empty when the encoder sends them in-band only.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> PictureParameterSets { get; init; }

    /// <summary>
    /// Reads a record. Reserved bits may be anything, and what follows the parameter sets (the High profiles' fields,
    /// which the SPS says as well, or garbage) is not looked at.
    /// </summary>
    /// <param name="bytes">The parameter sets are slices of it.</param>
    /// <param name="record">The record, when it is one.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out AvcDecoderConfigurationRecord? record)
    {
        record = null;
        var header = bytes.Span;
        if (header.Length < 7 || header[0] != Version)
        {
            return false;
        }

        var lengthSize = (header[4] & 3) + 1;
        var rest = bytes[6..];
        if (lengthSize == 3
            || !TryReadParameterSets(ref rest, header[5] & 0x1F, NalUnitType.SequenceParameterSet, out var sequence)
            || rest.IsEmpty)
        {
            return false;
        }

        var pictureCount = rest.Span[0];
        rest = rest[1..];
        if (!TryReadParameterSets(ref rest, pictureCount, NalUnitType.PictureParameterSet, out var picture))
        {
            return false;
        }

        record = new AvcDecoderConfigurationRecord
        {
            LengthSize = lengthSize,
            SequenceParameterSets = sequence,
            PictureParameterSets = picture,
        };
        return true;
    }

    /// <summary>Bytes of a NAL unit's length in a track's samples.</summary>
    internal static int LengthSizeOf(VideoConfiguration track) =>
        TryRead(track.DecoderConfiguration, out var record) ? record!.LengthSize : sizeof(int);

    private static bool TryReadParameterSets(
        ref ReadOnlyMemory<byte> rest, int count, NalUnitType type, out ImmutableArray<ReadOnlyMemory<byte>> sets)
    {
        sets = [];
        var builder = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(count);
        for (; count > 0; count--)
        {
            if (rest.Length < 2)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            if (length > rest.Length - 2)
            {
                return false;
            }

            var nalUnit = rest.Slice(2, length).TrimEnd((byte)0); // No NAL unit ends in a zero byte (ITU-T H.264 §7.4.1).
            rest = rest[(2 + length)..];
            if (new NalUnit(nalUnit.Span).Type != type)
            {
                return false;
            }

            builder.Add(nalUnit);
        }

        sets = builder.ToImmutable();
        return true;
    }

    /// <summary>
    /// Writes the record with the fields that the High profiles add. Needs an SPS. What means the same is written the same: each
    /// parameter set once, in the order of their ids, and nothing else that may stand in a record.
    /// </summary>
    public void Write(IBufferWriter<byte> writer)
    {
        var first = SequenceParameterSets[0].Span;
        var sequence = InOrder(SequenceParameterSets);
        var picture = InOrder(PictureParameterSets);
        writer.Write([Version, first[1], first[2], first[3]]);
        writer.Write([(byte)(0xFC | (LengthSize - 1)), (byte)(0xE0 | sequence.Length)]);
        WriteParameterSets(writer, sequence);
        writer.Write([(byte)picture.Length]);
        WriteParameterSets(writer, picture);

        var isHigh = first[1] is not (66 or 77 or 88);
        if (isHigh && SequenceParameterSet.TryRead(first, out var parameters))
        {
            writer.Write(
            [
                (byte)(0xFC | parameters!.ChromaFormat),
                (byte)(0xF8 | (parameters.BitDepthLuma - 8)),
                (byte)(0xF8 | (parameters.BitDepthChroma - 8)),
                (byte)0, // numOfSequenceParameterSetExt
            ]);
        }
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> InOrder(ImmutableArray<ReadOnlyMemory<byte>> sets) => sets.Length < 2
        ? sets
        :
        [
            .. sets.DistinctBy(static set => Convert.ToHexString(set.Span))
                .OrderBy(static set => ParameterSets.IdOf(new NalUnit(set.Span).Type, set.Span) ?? uint.MaxValue),
        ];

    private static void WriteParameterSets(IBufferWriter<byte> writer, ImmutableArray<ReadOnlyMemory<byte>> sets)
    {
        foreach (var set in sets)
        {
            BinaryPrimitives.WriteUInt16BigEndian(writer.GetSpan(2), (ushort)set.Length);
            writer.Advance(2);
            writer.Write(set.Span);
        }
    }

    /// <summary>
    /// The configuration of a track that has <paramref name="bytes"/> as its record. Null when the record has no SPS
    /// that can be read or no PPS: nothing can be decoded with it.
    /// </summary>
    /// <param name="bytes">This record, written. Kept.</param>
    public VideoConfiguration? ToConfiguration(ReadOnlyMemory<byte> bytes)
    {
        if (SequenceParameterSets.IsEmpty || PictureParameterSets.IsEmpty
            || !SequenceParameterSet.TryRead(SequenceParameterSets[0].Span, out var parameters))
        {
            return null;
        }

        // Profile and level are the SPS's: encoders have been seen to leave the record's own zero.
        return new VideoConfiguration
        {
            Codec = parameters!.Codec,
            Timescale = MediaClock.TicksPerSecond,
            DecoderConfiguration = bytes,
            Width = parameters.Width,
            Height = parameters.Height,
            SampleAspectRatio = IsPlausible(parameters.SampleAspectRatio) ? parameters.SampleAspectRatio : (1, 1),
            ChromaFormat = parameters.ChromaFormat,
            BitDepth = Math.Max(parameters.BitDepthLuma, parameters.BitDepthChroma),
            MayBeInterlaced = parameters.MayBeInterlaced,
            DeclaredFrameRate = parameters.Timing?.FrameRate ?? 0,
        };
    }

    private static bool IsPlausible((int Width, int Height) sampleAspectRatio) =>
        sampleAspectRatio.Width <= sampleAspectRatio.Height * SampleAspectRatioMax
        && sampleAspectRatio.Height <= sampleAspectRatio.Width * SampleAspectRatioMax;
}
