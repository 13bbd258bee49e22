namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>A NAL unit: its header byte and its payload, emulation prevention included. ITU-T H.264 §7.3.1.</summary>
/// <param name="bytes">Without length prefix or start code. Borrowed.</param>
public readonly ref struct NalUnit(ReadOnlySpan<byte> bytes)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>nal_unit_type; <see cref="NalUnitType.Unspecified"/> when empty.</summary>
    public NalUnitType Type => Bytes.IsEmpty ? NalUnitType.Unspecified : (NalUnitType)(Bytes[0] & 0x1F);

    /// <summary>It carries coded picture data of the primary picture: a VCL NAL unit of type 1 to 5.</summary>
    public bool IsSlice => Type is >= NalUnitType.NonIdrSlice and <= NalUnitType.IdrSlice;

    public bool IsParameterSet => Type is NalUnitType.SequenceParameterSet or NalUnitType.PictureParameterSet;
}
