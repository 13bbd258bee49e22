namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Elementary Stream Descriptor Box around an AudioSpecificConfig. ISO/IEC 14496-14:2003 §5.6; its descriptors
/// are those of ISO/IEC 14496-1 §7.2.6.
/// </summary>
internal static class EsdsBox
{
    private const byte EsDescriptor = 0x03;
    private const byte DecoderConfigDescriptor = 0x04;
    private const byte DecoderSpecificInfo = 0x05;
    private const byte SlConfigDescriptor = 0x06;

    private const byte Mpeg4Audio = 0x40;
    private const byte AudioStream = (0x05 << 2) | 1; // streamType, upStream 0, reserved 1
    private const byte SlReservedForMp4Files = 0x02;

    private const int HeaderLength = 5;
    private const int EsFieldsLength = 3;
    private const int DecoderConfigFieldsLength = 13;
    private const int SlConfigLength = 1;

    public static void Write(BoxWriter writer, ReadOnlySpan<byte> audioSpecificConfig)
    {
        var decoderConfigLength = DecoderConfigFieldsLength + HeaderLength + audioSpecificConfig.Length;
        using (writer.Open("esds"u8, version: 0, flags: 0))
        {
            WriteHeader(writer, EsDescriptor,
                EsFieldsLength + HeaderLength + decoderConfigLength + HeaderLength + SlConfigLength);
            writer.WriteUInt16(0); // ES_ID: 0 in a file
            writer.WriteByte(0); // no dependency, no URL, no OCR, priority 0

            WriteHeader(writer, DecoderConfigDescriptor, decoderConfigLength);
            writer.WriteByte(Mpeg4Audio);
            writer.WriteByte(AudioStream);
            writer.WriteZeros(3); // bufferSizeDB
            writer.WriteUInt32(0); // maxBitrate: not known
            writer.WriteUInt32(0); // avgBitrate: not known

            WriteHeader(writer, DecoderSpecificInfo, audioSpecificConfig.Length);
            writer.WriteBytes(audioSpecificConfig);

            WriteHeader(writer, SlConfigDescriptor, SlConfigLength);
            writer.WriteByte(SlReservedForMp4Files);
        }
    }

    /// <summary>A tag and its size, seven bits a byte, always in four bytes. ISO/IEC 14496-1 §8.3.3.</summary>
    private static void WriteHeader(BoxWriter writer, byte tag, int length)
    {
        writer.WriteByte(tag);
        writer.WriteByte((byte)(0x80 | (length >> 21)));
        writer.WriteByte((byte)(0x80 | (length >> 14)));
        writer.WriteByte((byte)(0x80 | (length >> 7)));
        writer.WriteByte((byte)(length & 0x7F));
    }
}
