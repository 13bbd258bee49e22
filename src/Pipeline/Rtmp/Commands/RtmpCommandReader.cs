using System.Text;
using Streaming.Pipeline.Amf0;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Commands;

/// <summary>
/// Reads command messages. RTMP 1.0 §7.1.1: name, transaction id, command object, arguments. Encoders leave out or
/// mistype all but the name, so what is missing is null and what is more is not looked at.
/// </summary>
internal static class RtmpCommandReader
{
    /// <summary>CapsExMask.Reconnect of Enhanced RTMP v2, "Enhancing NetConnection connect Command".</summary>
    public const uint ReconnectCapability = 1;

    /// <summary>Reads the command in a message of type 20 or 17, or says null if it has no name.</summary>
    public static RtmpCommand? Read(RtmpMessageType type, ReadOnlySpan<byte> body, int depthMax)
    {
        // Type 17 starts with a format byte; what follows is AMF0 all the same, with AMF3 only behind its marker.
        if (type is RtmpMessageType.CommandAmf3 && body is [0, ..])
        {
            body = body[1..];
        }

        var reader = new Amf0Reader(body, depthMax);
        if (!reader.TryReadString(out ReadOnlySpan<byte> name))
        {
            return null;
        }

        reader.TryReadNumber(out var transactionId);
        return name switch
        {
            _ when name.SequenceEqual("connect"u8) => ReadConnect(ref reader, transactionId),
            _ when name.SequenceEqual("createStream"u8) => new RtmpCommand.CreateStream(transactionId),
            _ when name.SequenceEqual("publish"u8) => new RtmpCommand.Publish(transactionId, ReadName(ref reader)),
            _ when name.SequenceEqual("releaseStream"u8) =>
                new RtmpCommand.ReleaseStream(transactionId, ReadName(ref reader)),
            _ when name.SequenceEqual("FCPublish"u8) => new RtmpCommand.FcPublish(transactionId, ReadName(ref reader)),
            _ when name.SequenceEqual("FCUnpublish"u8) =>
                new RtmpCommand.FcUnpublish(transactionId, ReadName(ref reader)),
            _ when name.SequenceEqual("deleteStream"u8) =>
                new RtmpCommand.DeleteStream(transactionId, ReadStreamId(ref reader)),
            _ when name.SequenceEqual("closeStream"u8) => new RtmpCommand.CloseStream(transactionId),
            _ when name.SequenceEqual("play"u8) || name.SequenceEqual("play2"u8) =>
                new RtmpCommand.Play(transactionId),
            _ when name.SequenceEqual("_checkbw"u8) || name.SequenceEqual("checkBandwidth"u8) =>
                new RtmpCommand.CheckBandwidth(transactionId),
            _ when name.SequenceEqual("_result"u8) || name.SequenceEqual("_error"u8)
                || name.SequenceEqual("onStatus"u8) => new RtmpCommand.Answer(transactionId),
            _ => new RtmpCommand.Unknown(transactionId, Encoding.UTF8.GetString(name)),
        };
    }

    private static RtmpCommand.Connect ReadConnect(ref Amf0Reader reader, double transactionId)
    {
        string? app = null;
        string? tcUrl = null;
        var (isEnhanced, reconnects) = (false, false);
        if (reader.TryEnterObject())
        {
            while (reader.TryReadProperty(out var name))
            {
                switch (name)
                {
                    case var _ when name.SequenceEqual("app"u8):
                        app = ReadString(ref reader);
                        break;
                    case var _ when name.SequenceEqual("tcUrl"u8):
                        tcUrl = ReadString(ref reader);
                        break;
                    case var _ when name.SequenceEqual("capsEx"u8):
                        isEnhanced = true;
                        reconnects = ReadFlags(ref reader) is { } capabilities && (capabilities & ReconnectCapability) != 0;
                        break;
                    default:
                        isEnhanced |= name.SequenceEqual("fourCcList"u8)
                            || name.SequenceEqual("videoFourCcInfoMap"u8) || name.SequenceEqual("audioFourCcInfoMap"u8);
                        reader.Skip();
                        break;
                }
            }
        }

        return new RtmpCommand.Connect(transactionId, app, tcUrl, isEnhanced, reconnects);
    }

    private static string? ReadName(ref Amf0Reader reader)
    {
        SkipCommandObject(ref reader);
        return ReadString(ref reader);
    }

    private static double? ReadStreamId(ref Amf0Reader reader)
    {
        SkipCommandObject(ref reader);
        return reader.TryReadNumber(out var id) ? id : null;
    }

    /// <summary>A set of flags; null where it is none.</summary>
    private static uint? ReadFlags(ref Amf0Reader reader)
    {
        if (reader.TryReadNumber(out var number))
        {
            return number is >= 0 and <= uint.MaxValue ? (uint)number : null;
        }

        return null;
    }

    private static string? ReadString(ref Amf0Reader reader) => reader.TryReadString(out string value) ? value : null;

    /// <summary>The command object is null outside connect; some leave it out.</summary>
    private static void SkipCommandObject(ref Amf0Reader reader)
    {
        if (reader.Next is Amf0Marker.Null or Amf0Marker.Undefined or Amf0Marker.Object)
        {
            reader.Skip();
        }
    }
}
