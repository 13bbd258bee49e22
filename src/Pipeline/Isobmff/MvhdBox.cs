namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Movie Header Box. ISO/IEC 14496-12 §8.2.2. The duration is 0: all samples are in fragments. ISO/IEC 23000-19 §7.5.1.
/// </summary>
internal readonly record struct MvhdBox(uint Timescale, uint NextTrackId)
{
    public void Write(BoxWriter writer)
    {
        using (writer.Open("mvhd"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(0); // creation_time
            writer.WriteUInt32(0); // modification_time
            writer.WriteUInt32(Timescale);
            writer.WriteUInt32(0); // duration
            writer.WriteUInt32(0x00010000); // rate 1.0
            writer.WriteUInt16(0x0100); // volume 1.0
            writer.WriteZeros(10); // reserved
            UnityMatrix.Write(writer);
            writer.WriteZeros(24); // pre_defined
            writer.WriteUInt32(NextTrackId);
        }
    }
}
