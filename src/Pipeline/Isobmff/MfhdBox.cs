namespace Streaming.Pipeline.Isobmff;

/// <summary>Movie Fragment Header Box. ISO/IEC 14496-12 §8.8.5.</summary>
internal readonly record struct MfhdBox(uint SequenceNumber)
{
    public void Write(BoxWriter writer)
    {
        using (writer.Open("mfhd"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(SequenceNumber);
        }
    }
}
