using Streaming.Pipeline.Codecs.Aac;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Flv;

/// <summary>AUDIODATA. Adobe FLV 10.1 §E.4.2.</summary>
public sealed partial class FlvDemuxer
{
    private const int AacHeaderLength = 2;
    private const byte AacSequenceHeader = 0;
    private const byte AacRaw = 1;

    /// <summary>Browsers take the channelConfigurations up to this one, and no program config element.</summary>
    private const int ChannelConfigurationMax = 7;

    // What the configuration in force was taken from: a sequence header, or ADTS.
    private byte[]? _audioSequenceHeader;
    private AdtsHeader? _adts;

    // What a tag has behind its first ADTS frame, and what the next one of it is told to be.
    private ReadOnlyMemory<byte> _moreAudio;
    private uint _moreAudioMs;
    private int _moreAudioIndex;

    /// <summary>Reads another frame of the tag that was read last, where a sender put several into one.</summary>
    /// <param name="frame">The frame, valid as long as the first one of the tag.</param>
    public bool TryReadMore(out Frame frame)
    {
        frame = default;
        if (_moreAudio.IsEmpty || !TryTakeAdtsFrame(ref _moreAudio, out _, out var data))
        {
            _moreAudio = default;
            return false;
        }

        var offsetMs = _moreAudioIndex++ * 1000L * AudioConfiguration.SamplesPerFrame / Audio!.Timescale;
        frame = new Frame(TrackKind.Audio, unchecked(_moreAudioMs + (uint)offsetMs), CompositionOffsetMs: 0, IsSync: true, data);
        return true;
    }

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
        if (_audioSequenceHeader is not null && bytes.SequenceEqual(_audioSequenceHeader))
        {
            return FlvContent.Nothing;
        }

        if (AdtsHeader.TryRead(bytes, out var header))
        {
            return Use(header);
        }

        if (!AudioSpecificConfig.TryRead(bytes, out var config))
        {
            return DropMalformedConfiguration();
        }

        var content = Use(config!);
        (_audioSequenceHeader, _adts) = (bytes.ToArray(), null);
        return content;
    }

    private FlvContent ReadAudioFrame(uint timestampMs, ReadOnlyMemory<byte> payload, out Frame frame)
    {
        frame = default;
        if (payload.IsEmpty)
        {
            EmptyTags++;
            return FlvContent.Nothing;
        }

        var content = FlvContent.Nothing;
        if (AdtsHeader.IsAt(payload.Span))
        {
            var rest = payload;
            if (!TryTakeAdtsFrame(ref rest, out var header, out payload))
            {
                return FlvContent.Nothing;
            }

            // A sequence header knows better: ADTS cannot say all that it does.
            content = Audio is null || _adts is not null ? Use(header) : FlvContent.Nothing;
            (_moreAudio, _moreAudioMs, _moreAudioIndex) = (rest, timestampMs, 1);
        }

        if (Audio is null)
        {
            FramesBeforeConfiguration++;
            return FlvContent.Nothing;
        }

        frame = new Frame(TrackKind.Audio, timestampMs, CompositionOffsetMs: 0, IsSync: true, payload);
        return content | FlvContent.Frame;
    }

    /// <summary>
    /// Takes a frame out of its ADTS header. One that is shorter than that says, or empty, is dropped, and what follows with it: it
    /// would stop every decoder.
    /// </summary>
    private bool TryTakeAdtsFrame(ref ReadOnlyMemory<byte> rest, out AdtsHeader header, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (!AdtsHeader.TryRead(rest.Span, out header) || header.FrameLength == header.Length || header.FrameLength > rest.Length)
        {
            MalformedAudioFrames++;
            return false;
        }

        if (header.Blocks > 1)
        {
            throw UnsupportedCodecException.Aac("with several frames behind one ADTS header");
        }

        MendedAudioFrames++;
        data = rest[header.Length..header.FrameLength];
        rest = rest[header.FrameLength..];
        return true;
    }

    private FlvContent Use(in AdtsHeader header)
    {
        if (_adts is { } inForce && header.IsConfiguredAs(inForce))
        {
            return FlvContent.Nothing;
        }

        (_audioSequenceHeader, _adts) = (null, header);
        return Use(header.ToConfig());
    }

    private FlvContent Use(AudioSpecificConfig config)
    {
        if (config.ObjectType != AudioObjectType.AacLc)
        {
            throw UnsupportedCodecException.Aac($"of object type {(int)config.ObjectType}");
        }

        if (config.SamplesPerFrame != AudioConfiguration.SamplesPerFrame)
        {
            throw UnsupportedCodecException.Aac($"with {config.SamplesPerFrame} samples a frame");
        }

        if (config.Elements is 0 or > ChannelConfigurationMax)
        {
            throw UnsupportedCodecException.AacChannels(config.CoreChannels);
        }

        if (!config.HasStandardFrequencies)
        {
            throw UnsupportedCodecException.AacFrequency(config.SamplingFrequency);
        }

        var configuration = config.ToConfiguration();
        if (configuration.Matches(Audio))
        {
            return FlvContent.Nothing;
        }

        Audio = configuration;
        return FlvContent.AudioConfiguration;
    }
}
