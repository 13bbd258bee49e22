using System.Buffers;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Codecs.Hevc;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Flv;

/// <summary>VIDEODATA. Adobe FLV 10.1 §E.4.3.</summary>
public sealed partial class FlvDemuxer
{
    private const byte ExHeaderFlag = 0x80;
    private const int InfoOrCommandFrame = 5;
    private const int AvcHeaderLength = 5;
    private const byte AvcSequenceHeader = 0;
    private const byte AvcNalUnits = 1;
    private const byte AvcEndOfSequence = 2;
    private const int CompositionTimeLength = 3;

    /// <summary>What senders use who leave the record out.</summary>
    private const int DefaultLengthSize = 4;

    private readonly ParameterSets _parameterSets = new();
    private readonly ArrayBufferWriter<byte> _mended = new();
    private byte[]? _videoSequenceHeader;
    private VideoConfiguration? _announced; // By the last sequence header that has all of it.
    private int _lengthSize = DefaultLengthSize;

    private FlvContent ReadVideo(in FlvTag tag, out Frame frame)
    {
        frame = default;
        var body = tag.Body.Span;
        if ((body[0] & ExHeaderFlag) != 0)
        {
            return ReadEnhancedVideo(tag, out frame);
        }

        if (body[0] >> 4 == InfoOrCommandFrame)
        {
            return Skip();
        }

        var codec = (VideoCodecId)(body[0] & 0xF);
        if (codec != VideoCodecId.Avc)
        {
            throw UnsupportedCodecException.Video(VideoCodecNames.NameOf(codec));
        }

        // An end of sequence has been seen without its composition time, which says nothing there.
        if (body.Length >= 2 && body[1] == AvcEndOfSequence)
        {
            return FlvContent.EndOfSequence;
        }

        if (body.Length < AvcHeaderLength)
        {
            return DropMalformed();
        }

        var payload = tag.Body[AvcHeaderLength..];
        return body[1] switch
        {
            AvcSequenceHeader => ReadVideoSequenceHeader(payload.Span),
            AvcNalUnits => ReadAccessUnit(tag.TimestampMs, ReadCompositionTime(body[2..]), payload, out frame),
            _ => DropMalformed(),
        };
    }

    private FlvContent ReadEnhancedVideo(in FlvTag tag, out Frame frame)
    {
        frame = default;
        var body = tag.Body.Span;
        if (((body[0] >> 4) & 7) == InfoOrCommandFrame)
        {
            return Skip();
        }

        if (!EnhancedTagHeader.TryRead(body, EnhancedPacketType.VideoMultitrack, out var header))
        {
            return DropMalformed();
        }

        if (!header.IsDefaultTrack || header.PacketType > EnhancedPacketType.CodedFramesX)
        {
            return Skip();
        }

        if (header.Codec != FourCc.Avc)
        {
            throw UnsupportedCodecException.Video(header.Codec.CodecName);
        }

        var payload = tag.Body.Slice(header.PayloadOffset, header.PayloadLength);
        switch (header.PacketType)
        {
            case EnhancedPacketType.SequenceStart:
                return ReadVideoSequenceHeader(payload.Span);
            case EnhancedPacketType.SequenceEnd:
                return FlvContent.EndOfSequence;
            case EnhancedPacketType.CodedFramesX:
                return ReadAccessUnit(tag.TimestampMs, compositionOffsetMs: 0, payload, out frame);
            default:
                return payload.Length < CompositionTimeLength
                    ? DropMalformed()
                    : ReadAccessUnit(
                        tag.TimestampMs,
                        ReadCompositionTime(payload.Span),
                        payload[CompositionTimeLength..],
                        out frame);
        }
    }

    /// <summary>SI24, the sign in the highest bit.</summary>
    private static int ReadCompositionTime(ReadOnlySpan<byte> bytes) =>
        ((sbyte)bytes[0] << 16) | (bytes[1] << 8) | bytes[2];

    private FlvContent ReadVideoSequenceHeader(ReadOnlySpan<byte> bytes)
    {
        // Compared with the last header, not with what is in force: where parameter sets also change in-band, the
        // header that some senders repeat at every key frame is the stale one.
        if (_videoSequenceHeader is not null && bytes.SequenceEqual(_videoSequenceHeader))
        {
            return FlvContent.Nothing;
        }

        var header = bytes.ToArray();
        if (!AvcDecoderConfigurationRecord.TryRead(header, out var record) || record!.SequenceParameterSets.IsEmpty)
        {
            if (HevcDecoderConfigurationRecord.Is(bytes))
            {
                throw UnsupportedCodecException.Video("HEVC");
            }

            if (record is null)
            {
                return ReadAnnexBSequenceHeader(header);
            }
        }

        if (record.SequenceParameterSets.IsEmpty || record.PictureParameterSets.IsEmpty)
        {
            // The rest comes in-band.
            Adopt(header, record, null);
            return FlvContent.Nothing;
        }

        if (ConfigurationOf(record) is not { } configuration)
        {
            return DropMalformedConfiguration();
        }

        if (configuration.Matches(_announced))
        {
            _videoSequenceHeader = header; // The last one in other bytes.
            return FlvContent.Nothing;
        }

        Adopt(header, record, configuration);
        return Use(configuration);
    }

    private void Adopt(byte[] header, AvcDecoderConfigurationRecord record, VideoConfiguration? configuration)
    {
        _videoSequenceHeader = header;
        _announced = configuration;
        _lengthSize = record.LengthSize;
        _parameterSets.Reset(record);
    }

    private FlvContent ReadAnnexBSequenceHeader(byte[] header)
    {
        if (!AnnexB.StartsWithStartCode(header))
        {
            return DropMalformedConfiguration();
        }

        _videoSequenceHeader = header;
        _announced = null;
        var changed = false;
        foreach (var unit in AnnexB.Split(header))
        {
            changed |= _parameterSets.Observe(unit);
        }

        return changed || _parameterSets.IsComplete ? ConfigureFromParameterSets() : DropMalformedConfiguration();
    }

    private FlvContent ReadAccessUnit(
        uint timestampMs, int compositionOffsetMs, ReadOnlyMemory<byte> data, out Frame frame)
    {
        frame = default;
        if (data.IsEmpty)
        {
            EmptyTags++;
            return FlvContent.Nothing;
        }

        var scan = AccessUnitScan.Of(data.Span, _lengthSize);
        if (!scan.IsConformant)
        {
            _mended.ResetWrittenCount();
            if (!AccessUnitRepair.TryRepair(data.Span, _lengthSize, _mended))
            {
                MalformedAccessUnits++;
                return FlvContent.Nothing;
            }

            data = _mended.WrittenMemory;
            scan = AccessUnitScan.Of(data.Span, _lengthSize);
            MendedAccessUnits++;
        }

        // New parameter sets matter where decoding can start, or where it could not yet. Elsewhere the decoder finds
        // them in the samples, and a configuration in the middle of a GOP would be of no use to anybody.
        var content = scan.HasParameterSets && (scan.IsIdr || !scan.HasPicture || Video is null)
            ? ReadParameterSets(data.Span)
            : FlvContent.Nothing;

        if (!scan.HasPicture)
        {
            AccessUnitsWithoutPicture++;
            return content;
        }

        if (Video is null)
        {
            FramesBeforeConfiguration++;
            return content;
        }

        frame = new Frame(TrackKind.Video, timestampMs, compositionOffsetMs, scan.IsIdr, data)
        {
            RecoveryFrames = scan.RecoveryFrames,
        };
        return content | FlvContent.Frame;
    }

    private FlvContent ReadParameterSets(ReadOnlySpan<byte> data)
    {
        var changed = false;
        foreach (var unit in new LengthPrefixedNalUnits(data, _lengthSize))
        {
            changed |= _parameterSets.Observe(unit);
        }

        return changed ? ConfigureFromParameterSets() : FlvContent.Nothing;
    }

    /// <summary>Makes a configuration out of what was found in-band; nothing yet while a part is missing.</summary>
    private FlvContent ConfigureFromParameterSets()
    {
        if (!_parameterSets.IsComplete)
        {
            return FlvContent.Nothing;
        }

        return ConfigurationOf(_parameterSets.ToRecord(_lengthSize)) is { } configuration
            ? Use(configuration)
            : DropMalformedConfiguration();
    }

    private static VideoConfiguration? ConfigurationOf(AvcDecoderConfigurationRecord record)
    {
        if (!SequenceParameterSet.TryRead(record.SequenceParameterSets[0].Span, out _))
        {
            return null;
        }

        var writer = new ArrayBufferWriter<byte>();
        record.Write(writer);
        return record.ToConfiguration(writer.WrittenMemory);
    }

    private FlvContent Use(VideoConfiguration configuration)
    {
        if (configuration.Matches(Video))
        {
            return FlvContent.Nothing;
        }

        Video = configuration;
        return FlvContent.VideoConfiguration;
    }
}
