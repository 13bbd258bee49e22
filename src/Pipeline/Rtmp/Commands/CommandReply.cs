using System.Buffers;
using Streaming.Pipeline.Amf0;

namespace Streaming.Pipeline.Rtmp.Commands;

/// <summary>Writes the bodies of our commands and answers. RTMP 1.0 §7.2.</summary>
internal static class CommandReply
{
    /// <summary>FourCcInfoMask.CanForward of Enhanced RTMP v2, "Enhancing NetConnection connect Command".</summary>
    private const double CanForward = 4;

    /// <summary>The _result of connect. §7.2.1.1.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="transactionId">The connect's.</param>
    /// <param name="isEnhanced">Say which codecs are taken, in the fields of Enhanced RTMP.</param>
    public static void WriteConnectResult(IBufferWriter<byte> output, double transactionId, bool isEnhanced)
    {
        var amf = Start(output, "_result", transactionId);
        amf.StartObject();
        WriteProperty(amf, "fmsVer", "FMS/4,5,0,1");
        WriteProperty(amf, "capabilities", 31);
        WriteProperty(amf, "mode", 1);
        if (isEnhanced)
        {
            WriteEnhancedFields(amf);
        }

        amf.EndObject();
        amf.StartObject();
        WriteProperty(amf, "level", "status");
        WriteProperty(amf, "code", StatusCode.ConnectSuccess);
        WriteProperty(amf, "description", "Connection succeeded.");
        WriteProperty(amf, "objectEncoding", 0);
        amf.EndObject();
    }

    /// <summary>The _result of createStream. §7.2.1.3.</summary>
    public static void WriteCreateStreamResult(IBufferWriter<byte> output, double transactionId, uint streamId)
    {
        var amf = Start(output, "_result", transactionId);
        amf.WriteNull();
        amf.WriteNumber(streamId);
    }

    /// <summary>The _result of a command that has nothing to return.</summary>
    public static void WriteResult(IBufferWriter<byte> output, double transactionId)
    {
        var amf = Start(output, "_result", transactionId);
        amf.WriteNull();
        amf.WriteUndefined();
    }

    /// <summary>The _error of a command that is not known.</summary>
    public static void WriteError(IBufferWriter<byte> output, double transactionId, string description)
    {
        var amf = Start(output, "_error", transactionId);
        amf.WriteNull();
        WriteInfo(amf, "error", StatusCode.CallFailed, description);
    }

    /// <summary>A status: onStatus (§7.2.2), or the live encoder's onFCPublish and onFCUnpublish.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="name">onStatus, onFCPublish, onFCUnpublish.</param>
    /// <param name="level">status or error.</param>
    /// <param name="code">One of <see cref="StatusCode"/>.</param>
    /// <param name="description">A sentence for people.</param>
    public static void WriteStatus(
        IBufferWriter<byte> output, string name, string level, string code, string description)
    {
        var amf = Start(output, name, 0);
        amf.WriteNull();
        WriteInfo(amf, level, code, description);
    }

    private static Amf0Writer Start(IBufferWriter<byte> output, string name, double transactionId)
    {
        var amf = new Amf0Writer(output);
        amf.WriteString(name);
        amf.WriteNumber(transactionId);
        return amf;
    }

    private static void WriteEnhancedFields(Amf0Writer amf)
    {
        amf.WriteName("fourCcList");
        amf.StartStrictArray(2);
        amf.WriteString("avc1");
        amf.WriteString("mp4a");
        amf.WriteName("videoFourCcInfoMap");
        amf.StartObject();
        WriteProperty(amf, "avc1", CanForward);
        amf.EndObject();
        amf.WriteName("audioFourCcInfoMap");
        amf.StartObject();
        WriteProperty(amf, "mp4a", CanForward);
        amf.EndObject();
        WriteProperty(amf, "capsEx", RtmpCommandReader.ReconnectCapability);
    }

    private static void WriteInfo(Amf0Writer amf, string level, string code, string description)
    {
        amf.StartObject();
        WriteProperty(amf, "level", level);
        WriteProperty(amf, "code", code);
        WriteProperty(amf, "description", description);
        amf.EndObject();
    }

    private static void WriteProperty(Amf0Writer amf, string name, string value)
    {
        amf.WriteName(name);
        amf.WriteString(value);
    }

    private static void WriteProperty(Amf0Writer amf, string name, double value)
    {
        amf.WriteName(name);
        amf.WriteNumber(value);
    }
}
