namespace Streaming.Pipeline.Isobmff;

/// <summary>Media Data Box. ISO/IEC 14496-12 §8.1.1.</summary>
internal static class MdatBox
{
    public const int HeaderLength = BoxWriter.HeaderLength;

    /// <summary>Writes what stands in front of <paramref name="payloadLength"/> bytes of media.</summary>
    public static void WriteHeader(BoxWriter writer, int payloadLength)
    {
        writer.WriteInt32(HeaderLength + payloadLength);
        writer.WriteBytes("mdat"u8);
    }
}
