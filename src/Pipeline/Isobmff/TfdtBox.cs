namespace Streaming.Pipeline.Isobmff;

/// <summary>Track Fragment Decode Time Box, with 64 bits of time. ISO/IEC 14496-12 §8.8.12.</summary>
internal readonly record struct TfdtBox(long BaseMediaDecodeTime)
{
    public void Write(BoxWriter writer)
    {
        using (writer.Open("tfdt"u8, version: 1, flags: 0))
        {
            writer.WriteUInt64(checked((ulong)BaseMediaDecodeTime));
        }
    }
}
