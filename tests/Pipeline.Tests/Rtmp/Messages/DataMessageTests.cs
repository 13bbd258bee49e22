using System.Buffers;
using Streaming.Pipeline.Amf0;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp.Messages;

public sealed class DataMessageTests
{
    private static readonly byte[] OnMetaData = Amf("onMetaData");

    [Fact]
    public void SetDataFrame_IsStripped() => Assert.Equal(
        OnMetaData, Script(RtmpMessageType.DataAmf0, [.. Amf("@setDataFrame"), .. OnMetaData]));

    [Fact]
    public void OnMetaData_WithoutSetDataFrame_IsTheScript() =>
        Assert.Equal(OnMetaData, Script(RtmpMessageType.DataAmf0, OnMetaData));

    [Fact]
    public void Amf3DataMessage_LosesItsFormatByte() => Assert.Equal(
        OnMetaData, Script(RtmpMessageType.DataAmf3, [0, .. Amf("@setDataFrame"), .. OnMetaData]));

    [Fact]
    public void RawTimecodeOfFourBytes_IsNoScript() => Assert.Null(Script(RtmpMessageType.DataAmf0, [0, 1, 2, 3]));

    [Fact]
    public void ClearDataFrame_IsNoScript() => Assert.Null(
        Script(RtmpMessageType.DataAmf0, [.. Amf("@clearDataFrame"), .. OnMetaData]));

    [Fact]
    public void EmptyBody_IsNoScript()
    {
        Assert.Null(Script(RtmpMessageType.DataAmf0, []));
        Assert.Null(Script(RtmpMessageType.DataAmf3, [0]));
        Assert.Null(Script(RtmpMessageType.DataAmf0, Amf("@setDataFrame")));
    }

    internal static byte[] Amf(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        new Amf0Writer(output).WriteString(text);
        return output.WrittenSpan.ToArray();
    }

    private static byte[]? Script(RtmpMessageType type, byte[] body) =>
        DataMessage.TryGetScript(type, body, out var script) ? body[script] : null;
}
