namespace Streaming.Pipeline.Isobmff;

/// <summary>Media Header Box. ISO/IEC 14496-12 §8.4.2. The duration is 0: all samples are in fragments.</summary>
internal readonly record struct MdhdBox(uint Timescale)
{
    /// <summary>ISO 639-2/T "und", undetermined: three letters of five bits, counted from 0x60.</summary>
    private const ushort Undetermined = (('u' - 0x60) << 10) | (('n' - 0x60) << 5) | ('d' - 0x60);

    public void Write(BoxWriter writer)
    {
        using (writer.Open("mdhd"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // creation_time
            writer.WriteUInt32(0); // modification_time
            writer.WriteUInt32(Timescale);
            writer.WriteUInt32(0); // duration
            writer.WriteUInt16(Undetermined);
            writer.WriteUInt16(0); // pre_defined
        }
    }
}
