using Streaming.Pipeline.Codecs.Aac;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Flv;

/// <summary>AUDIODATA. Adobe FLV 10.1 §E.4.2.</summary>
public sealed partial class FlvDemuxer
{
    private const int AacHeaderLength = 2;
    private const byte AacSequenceHeader = 0;
    private const byte AacRaw = 1;

    private FlvContent ReadAudio(in FlvTag tag, out Frame frame)
    {
        frame = default;
        var body = tag.Body.Span;
        var format = (SoundFormat)(body[0] >> 4);
        if (format == SoundFormat.ExHeader)
        {
            return ReadEnhancedAudio(tag, out frame);
        }

        if (format != SoundFormat.Aac)
        {
            throw UnsupportedCodecException.Audio(SoundFormatNames.NameOf(format));
        }

        if (body.Length < AacHeaderLength)
        {
            return DropMalformed();
        }

        var payload = tag.Body[AacHeaderLength..];
        return body[1] switch
        {
            AacSequenceHeader => ReadAudioSequenceHeader(payload.Span),
            AacRaw => ReadAudioFrame(tag.TimestampMs, payload, out frame),
            _ => DropMalformed(),
        };
    }

    private FlvContent ReadEnhancedAudio(in FlvTag tag, out Frame frame)
    {
        frame = default;
        if (!EnhancedTagHeader.TryRead(tag.Body.Span, EnhancedPacketType.AudioMultitrack, out var header))
        {
            return DropMalformed();
        }

        if (!header.IsDefaultTrack
            || header.PacketType is not (EnhancedPacketType.SequenceStart or EnhancedPacketType.CodedFrames))
        {
            return Skip();
        }

        if (header.Codec != FourCc.Aac)
        {
            throw UnsupportedCodecException.Audio(header.Codec.CodecName);
        }

        var payload = tag.Body.Slice(header.PayloadOffset, header.PayloadLength);
        return header.PacketType == EnhancedPacketType.SequenceStart
            ? ReadAudioSequenceHeader(payload.Span)
            : ReadAudioFrame(tag.TimestampMs, payload, out frame);
    }

    private FlvContent ReadAudioSequenceHeader(ReadOnlySpan<byte> bytes)
    {
        if (Audio is not null && bytes.SequenceEqual(Audio.DecoderConfiguration.Span))
        {
            return FlvContent.Nothing;
        }

        if (!AudioSpecificConfig.TryRead(bytes, out var config))
        {
            return DropMalformedConfiguration();
        }

        if (config!.ObjectType != AudioObjectType.AacLc)
        {
            throw UnsupportedCodecException.Aac($"of object type {(int)config.ObjectType}");
        }

        if (config.SamplesPerFrame != AudioConfiguration.SamplesPerFrame)
        {
            throw UnsupportedCodecException.Aac($"with {config.SamplesPerFrame} samples a frame");
        }

        Audio = config.ToConfiguration(bytes.ToArray());
        return FlvContent.AudioConfiguration;
    }

    private FlvContent ReadAudioFrame(uint timestampMs, ReadOnlyMemory<byte> payload, out Frame frame)
    {
        frame = default;
        if (payload.IsEmpty)
        {
            EmptyTags++;
            return FlvContent.Nothing;
        }

        if (Audio is null)
        {
            FramesBeforeConfiguration++;
            return FlvContent.Nothing;
        }

        frame = new Frame(TrackKind.Audio, timestampMs, CompositionOffsetMs: 0, IsSync: true, payload);
        return FlvContent.Frame;
    }
}
