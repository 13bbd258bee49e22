using System.Buffers;
using System.Buffers.Binary;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Flv;

/// <summary>
/// Writes an FLV stream of H.264 and AAC, without script tags: what a transcoder is fed. Adobe FLV 10.1 §E.2 to §E.4.
/// </summary>
public static class FlvWriter
{
    /// <summary>Largest DataSize of a tag, in bytes: it has 24 bits.</summary>
    public const int TagLengthMax = 0xFF_FFFF;

    private const byte AudioFlag = 4;
    private const byte VideoFlag = 1;
    private const byte KeyFrameOfAvc = 0x17;
    private const byte InterFrameOfAvc = 0x27;
    private const byte SequenceHeader = 0;
    private const byte Payload = 1;
    private const int CompositionOffsetMinMs = -0x80_0000;
    private const int CompositionOffsetMaxMs = 0x7F_FFFF;

    /// <summary>AAC; rate, size and type have these values whatever the stream is. §E.4.2.1.</summary>
    private const byte AacAudio = 0xAF;

    /// <summary>Writes the file's header and the first previous tag size.</summary>
    public static void WriteHeader(IBufferWriter<byte> writer, bool hasAudio, bool hasVideo)
    {
        var flags = (byte)((hasAudio ? AudioFlag : 0) | (hasVideo ? VideoFlag : 0));
        writer.Write([(byte)'F', (byte)'L', (byte)'V', FlvReader.Version, flags]);
        writer.Write([(byte)0, (byte)0, (byte)0, (byte)FlvReader.HeaderLength]);
        WritePreviousTagSize(writer, 0);
    }

    public static void WriteVideoSequenceHeader(
        IBufferWriter<byte> writer, uint timestampMs, VideoConfiguration configuration) =>
        WriteTag(
            writer,
            FlvTagType.Video,
            timestampMs,
            header: [KeyFrameOfAvc, SequenceHeader, 0, 0, 0],
            configuration.DecoderConfiguration.Span);

    /// <summary>Writes an access unit, framed as the sequence header before it says.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="timestampMs">Decode time.</param>
    /// <param name="compositionOffsetMs">Presentation minus decode time.</param>
    /// <param name="isSync">It is an IDR picture.</param>
    /// <param name="data">The NAL units.</param>
    /// <param name="inserted">More of them, framed the same.</param>
    /// <param name="insertedAt">Where in <paramref name="data"/> those belong.</param>
    public static void WriteVideoFrame(
        IBufferWriter<byte> writer,
        uint timestampMs,
        int compositionOffsetMs,
        bool isSync,
        ReadOnlySpan<byte> data,
        ReadOnlySpan<byte> inserted = default,
        int insertedAt = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(compositionOffsetMs, CompositionOffsetMinMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(compositionOffsetMs, CompositionOffsetMaxMs);
        WriteTag(
            writer,
            FlvTagType.Video,
            timestampMs,
            header:
            [
                isSync ? KeyFrameOfAvc : InterFrameOfAvc,
                Payload,
                (byte)(compositionOffsetMs >> 16),
                (byte)(compositionOffsetMs >> 8),
                (byte)compositionOffsetMs,
            ],
            data,
            inserted,
            insertedAt);
    }

    public static void WriteAudioSequenceHeader(
        IBufferWriter<byte> writer, uint timestampMs, AudioConfiguration configuration) =>
        WriteTag(
            writer,
            FlvTagType.Audio,
            timestampMs,
            header: [AacAudio, SequenceHeader],
            configuration.DecoderConfiguration.Span);

    /// <summary>Writes a raw AAC frame.</summary>
    public static void WriteAudioFrame(IBufferWriter<byte> writer, uint timestampMs, ReadOnlySpan<byte> data) =>
        WriteTag(writer, FlvTagType.Audio, timestampMs, header: [AacAudio, Payload], data);

    private static void WriteTag(
        IBufferWriter<byte> writer,
        FlvTagType type,
        uint timestampMs,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> data,
        ReadOnlySpan<byte> inserted = default,
        int insertedAt = 0)
    {
        var length = header.Length + data.Length + inserted.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, TagLengthMax);

        var tag = writer.GetSpan(FlvReader.TagHeaderLength);
        BinaryPrimitives.WriteUInt32BigEndian(tag, ((uint)type << 24) | (uint)length);
        BinaryPrimitives.WriteUInt32BigEndian(tag[4..], (timestampMs << 8) | (timestampMs >> 24));
        tag[8..FlvReader.TagHeaderLength].Clear(); // StreamID
        writer.Advance(FlvReader.TagHeaderLength);

        writer.Write(header);
        writer.Write(data[..insertedAt]);
        writer.Write(inserted);
        writer.Write(data[insertedAt..]);
        WritePreviousTagSize(writer, (uint)(FlvReader.TagHeaderLength + length));
    }

    private static void WritePreviousTagSize(IBufferWriter<byte> writer, uint size)
    {
        BinaryPrimitives.WriteUInt32BigEndian(writer.GetSpan(FlvReader.PreviousTagSizeLength), size);
        writer.Advance(FlvReader.PreviousTagSizeLength);
    }
}
