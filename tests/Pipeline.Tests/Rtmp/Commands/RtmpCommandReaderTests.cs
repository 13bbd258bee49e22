using Streaming.Pipeline.Amf0;
using Streaming.Pipeline.Rtmp.Commands;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp.Commands;

public sealed class RtmpCommandReaderTests
{
    [Fact]
    public void Publish_WithoutType_IsRead() => Assert.Equal(
        new RtmpCommand.Publish(5, "key"),
        Read(ScriptedPublisher.Command("publish", 5, amf =>
        {
            amf.WriteNull();
            amf.WriteString("key");
        })));

    [Fact]
    public void Publish_WithoutCommandObject_IsRead() => Assert.Equal(
        new RtmpCommand.Publish(0, "key"), Read(ScriptedPublisher.Command("publish", 0, amf => amf.WriteString("key"))));

    [Fact]
    public void Publish_WithoutName_HasNone() => Assert.Equal(
        new RtmpCommand.Publish(5, null), Read(ScriptedPublisher.Command("publish", 5, amf => amf.WriteNull())));

    [Fact]
    public void TransactionId_OfAnotherType_IsTakenForZero()
    {
        byte[] bytes = [.. Messages.DataMessageTests.Amf("createStream"), 0x05, 0x05];
        Assert.Equal(new RtmpCommand.CreateStream(0), Read(bytes));
    }

    [Theory]
    [InlineData("fourCcList")]
    [InlineData("videoFourCcInfoMap")]
    [InlineData("capsEx")]
    public void Connect_WithAFieldOfEnhancedRtmp_IsEnhanced(string field)
    {
        var connect = Assert.IsType<RtmpCommand.Connect>(Read(ScriptedPublisher.Command("connect", 1, amf =>
        {
            amf.StartObject();
            amf.WriteName(field);
            amf.StartStrictArray(1);
            amf.WriteString("hvc1");
            amf.WriteName("app");
            amf.WriteString("live");
            amf.EndObject();
        })));
        Assert.Equal(("live", true), (connect.App, connect.IsEnhanced));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(14, false)]
    [InlineData(15, true)]
    [InlineData(-1, false)]
    [InlineData(1e300, false)]
    [InlineData(double.NaN, false)]
    public void Connect_WithCapabilities_SaysWhetherItReconnects(double capabilities, bool reconnects)
    {
        var connect = Assert.IsType<RtmpCommand.Connect>(Read(ScriptedPublisher.Command("connect", 1, amf =>
        {
            amf.StartObject();
            amf.WriteName("capsEx");
            amf.WriteNumber(capabilities);
            amf.WriteName("app");
            amf.WriteString("live");
            amf.EndObject();
        })));
        Assert.Equal(("live", true, reconnects), (connect.App, connect.IsEnhanced, connect.Reconnects));
    }

    [Fact]
    public void Connect_WithEveryOddValue_IsRead()
    {
        var connect = Assert.IsType<RtmpCommand.Connect>(Read(ScriptedPublisher.Command("connect", 1, amf =>
        {
            amf.StartEcmaArray(99);
            amf.WriteName("fpad");
            amf.WriteUndefined();
            amf.WriteName("when");
            amf.WriteDate(0);
            amf.WriteName("self");
            amf.WriteReference(0);
            amf.WriteName("swfUrl");
            amf.WriteString(new string('x', 66_000));
            amf.WriteName("app");
            amf.WriteString("live");
            amf.WriteName("nothing");
            amf.WriteNull();
        })));
        Assert.Equal("live", connect.App);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Amf3Command_WithAndWithoutItsFormatByte_IsRead(bool hasFormatByte)
    {
        var body = ScriptedPublisher.Command("deleteStream", 0, amf =>
        {
            amf.WriteNull();
            amf.WriteNumber(1);
        });
        Assert.Equal(
            new RtmpCommand.DeleteStream(0, 1),
            RtmpCommandReader.Read(RtmpMessageType.CommandAmf3, hasFormatByte ? [0, .. body] : body, 16));
    }

    [Fact]
    public void CommandWithoutName_IsNone()
    {
        Assert.Null(Read([]));
        Assert.Null(Read([0x05]));
    }

    [Fact]
    public void EveryTruncationOfAConnect_IsReadOrAFormatError()
    {
        var body = ScriptedPublisher.Command("connect", 1, amf =>
        {
            amf.StartObject();
            amf.WriteName("app");
            amf.WriteString("live");
            amf.EndObject();
        });
        for (var length = 1; length < body.Length; length++)
        {
            try
            {
                Assert.IsType<RtmpCommand.Connect>(Read(body[..length]));
            }
            catch (Amf0FormatException)
            {
            }
        }
    }

    private static RtmpCommand? Read(byte[] body) => RtmpCommandReader.Read(RtmpMessageType.CommandAmf0, body, 16);
}
