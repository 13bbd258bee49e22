namespace Streaming.Pipeline.Isobmff;

/// <summary>Track Header Box. ISO/IEC 14496-12 §8.3.2, ISO/IEC 23000-19 §7.5.4.</summary>
/// <param name="TrackId">Identifies the track within the file.</param>
/// <param name="IsAudio">Audio tracks are heard at full volume, others have none.</param>
/// <param name="Width">Width of the picture on a grid of square samples, 16.16 fixed point; 0 for audio.</param>
/// <param name="Height">Height of the picture on the same grid, 16.16 fixed point; 0 for audio.</param>
internal readonly record struct TkhdBox(uint TrackId, bool IsAudio, uint Width, uint Height)
{
    private const uint Enabled = 0x000001;
    private const uint InMovie = 0x000002;
    private const uint InPreview = 0x000004;

    public void Write(BoxWriter writer)
    {
        using (writer.Open("tkhd"u8, version: 0, Enabled | InMovie | InPreview))
        {
            writer.WriteUInt32(0); // creation_time
            writer.WriteUInt32(0); // modification_time
            writer.WriteUInt32(TrackId);
            writer.WriteZeros(4); // reserved
            writer.WriteUInt32(0); // duration
            writer.WriteZeros(8); // reserved
            writer.WriteUInt16(0); // layer
            writer.WriteUInt16(0); // alternate_group
            writer.WriteUInt16(IsAudio ? (ushort)0x0100 : (ushort)0); // volume
            writer.WriteZeros(2); // reserved
            UnityMatrix.Write(writer);
            writer.WriteUInt32(Width);
            writer.WriteUInt32(Height);
        }
    }
}
