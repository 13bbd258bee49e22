using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Isobmff;

/// <summary>MPEG-4 Audio Sample Entry. ISO/IEC 14496-14:2003 §5.6, ISO/IEC 14496-12 §12.2.3.</summary>
internal static class Mp4aBox
{
    public static void Write(BoxWriter writer, AudioConfiguration configuration)
    {
        // samplerate is 16.16 fixed point. A rate that does not fit is left to the AudioSpecificConfig, which decides
        // anyway.
        var samplingRate = configuration.Timescale <= ushort.MaxValue ? configuration.Timescale << 16 : 0;
        using (writer.Open("mp4a"u8))
        {
            SampleEntry.WriteFields(writer);
            writer.WriteZeros(8); // reserved
            writer.WriteUInt16(checked((ushort)configuration.Channels));
            writer.WriteUInt16(16); // samplesize
            writer.WriteZeros(4); // pre_defined, reserved
            writer.WriteUInt32(samplingRate);
            EsdsBox.Write(writer, configuration.DecoderConfiguration.Span);
        }
    }
}
