using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;
using Streaming.Pipeline.Tests.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>What real encoders do to a server above the chunk layer; the rest is in BrokenChunkTests and RtmpTimeoutTests.</summary>
public sealed class BrokenPublisherTests
{
    [Fact]
    public async Task ControlMessage_OnAMediaChunkStream_IsObeyed()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendAsync(6, RtmpMessageType.SetChunkSize, 1, 9, [0, 1, 0, 0]);
        server.Publisher.ChunkSize = 65_536;
        await server.Publisher.SendVideoAsync(5, new byte[60_000]);
        Assert.Equal(60_000, (await server.Publication.ReadAsync()).Body.Length);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(319)]
    [InlineData(320)]
    [InlineData(65_599)]
    public async Task Video_OnAChunkStreamOf64AndMore_IsReceived(int chunkStreamId)
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendAsync(chunkStreamId, RtmpMessageType.Video, 1, 5, new byte[300]);
        Assert.Equal(300, (await server.Publication.ReadAsync()).Body.Length);
    }

    [Fact]
    public async Task MessageAboveTheLimit_EndsThePublicationWithItsReason()
    {
        await using var server = await RtmpServer.PublishingAsync(new RtmpLimits { MessageLengthMax = 10_000 });
        await server.Publisher.WriteAsync(RtmpTimeoutTests.ChunkOfVideo(10_001, 1));
        Assert.Contains("10001 bytes", (await server.Publisher.ReadStatusAsync("NetStream.Failed")).Text, StringComparison.Ordinal);
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
    }

    [Fact]
    public async Task ZeroLengthAudioAndVideo_AreDropped()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendAudioAsync(1);
        await server.Publisher.SendVideoAsync(2);
        await server.Publisher.SendVideoAsync(3, 1);
        Assert.Equal(3u, (await server.Publication.ReadAsync()).TimestampMs);
    }

    [Fact]
    public async Task Aggregate_IsTakenApart()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendAsync(6, RtmpMessageType.Aggregate, 1, 5000, AggregateReaderTests.TwoMessages);
        var audio = await server.Publication.ReadAsync();
        var video = await server.Publication.ReadAsync();
        Assert.Equal((FlvTagType.Audio, 5000u), (audio.Type, audio.TimestampMs));
        Assert.Equal((FlvTagType.Video, 5040u), (video.Type, video.TimestampMs));
        Assert.Equal([0xAF, 1], audio.Body);
    }

    [Fact]
    public async Task PublisherThatStallsAtItsWindow_IsAcknowledgedBeforeIt()
    {
        const int window = 20_000;
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.WriteAsync(
            ScriptedPublisher.Control(output => ProtocolControl.WriteWindowAcknowledgementSize(output, window)));
        for (var sent = 0; sent < 10 * window; sent += window * 3 / 4)
        {
            await server.Publisher.SendVideoAsync((uint)sent, new byte[window * 3 / 4]);
            await server.Publisher.ReadUntilAsync(m => m.Type is RtmpMessageType.Acknowledgement);
        }
    }

    [Fact]
    public async Task C2ThatDoesNotEchoS1_IsTolerated()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync(c2: Enumerable.Repeat((byte)0xEE, 1536).ToArray());
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.ReadCommandAsync("_result");
    }

    [Fact]
    public async Task Amf3Commands_AreAnswered()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        byte[] publish = ScriptedPublisher.Command("publish", 3, amf =>
        {
            amf.WriteNull();
            amf.WriteString("key");
        });
        await server.Publisher.SendAsync(3, RtmpMessageType.CommandAmf3, 1, 0, [0, .. publish]);
        await server.Publisher.ReadStatusAsync("NetStream.Publish.Start");
        await server.Publisher.SendAsync(
            4, RtmpMessageType.DataAmf3, 1, 0, [0, .. DataMessageTests.Amf("@setDataFrame"), .. DataMessageTests.Amf("onMetaData")]);
        Assert.Equal(DataMessageTests.Amf("onMetaData"), (await server.Publication.ReadAsync()).Body);
    }

    [Fact]
    public async Task RawTimecodeInADataMessage_IsIgnored()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendAsync(4, RtmpMessageType.DataAmf0, 1, 0, [0x01, 0x02, 0x03, 0x04]);
        await server.Publisher.SendVideoAsync(9, 1);
        Assert.Equal(FlvTagType.Video, (await server.Publication.ReadAsync()).Type);
    }

    [Fact]
    public async Task TransactionIdsOfZero_AndPublishWithoutType_AreTolerated()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live", transactionId: 0);
        await server.Publisher.ReadCommandAsync("_result");
        await server.Publisher.CreateStreamAsync(transactionId: 0);
        await server.Publisher.ReadCommandAsync("_result");
        await server.Publisher.PublishAsync("key", type: null, transactionId: 0, streamId: 0);
        await server.Publisher.ReadStatusAsync("NetStream.Publish.Start");
        await server.Publisher.SendAsync(6, RtmpMessageType.Video, 0, 1, [1]);
        Assert.Equal(1u, (await server.Publication.ReadAsync()).TimestampMs);
    }

    [Theory]
    [InlineData("releaseStream", "_result")]
    [InlineData("FCPublish", "onFCPublish")]
    [InlineData("_checkbw", "_result")]
    [InlineData("inventedHere", "_error")]
    public async Task CommandsOfTheLiveEncoder_AreAnswered(string command, string answer)
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.ReadCommandAsync("_result");
        await server.Publisher.CallAsync(command, 2, 0, amf =>
        {
            amf.WriteNull();
            amf.WriteString("key");
        });
        await server.Publisher.ReadCommandAsync(answer);
    }

    [Fact]
    public async Task UnknownMessagesAndAnswers_AreIgnored()
    {
        await using var server = await RtmpServer.PublishingAsync();
        foreach (var type in (byte[])[0, 3, 7, 16, 19, 21, 255])
        {
            await server.Publisher.SendAsync(5, (RtmpMessageType)type, 1, 0, [1, 2, 3]);
        }

        await server.Publisher.CallAsync("_result", 9, 0, amf => amf.WriteNull());
        await server.Publisher.CallAsync("inventedHere", 0, 0, amf => amf.WriteNull());
        await server.Publisher.SendVideoAsync(11, 1);
        Assert.Equal(11u, (await server.Publication.ReadAsync()).TimestampMs);
    }

    [Theory]
    [InlineData(null, "rtmp://host/live", "key")]
    [InlineData("live", null, "key?user=1")]
    [InlineData("live/key", "\"rtmp://host/live/key\"", "")]
    public async Task KeyAndTcUrl_InOddPlaces_AreFound(string? app, string? tcUrl, string name)
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync(app, tcUrl);
        await server.Publisher.PublishAsync(name);
        await server.Publisher.ReadStatusAsync("NetStream.Publish.Start");
        Assert.Equal(("live", "key"), (server.Requests[0].App, server.Requests[0].StreamKey));
    }

    [Theory]
    [InlineData("FCUnpublish")]
    [InlineData("deleteStream")]
    [InlineData("closeStream")]
    public async Task EachWayToStop_EndsThePublicationOnce(string command)
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.CallAsync(command, 6, command is "closeStream" ? 1u : 0, amf =>
        {
            amf.WriteNull();
            if (command is "FCUnpublish")
            {
                amf.WriteString("key");
            }
            else
            {
                amf.WriteNumber(1);
            }
        });
        await server.Publisher.ReadStatusAsync("NetStream.Unpublish.Success");
        Assert.Equal(PublicationEnd.Unpublished, await server.Publication.Ended);
        await server.Publisher.SendVideoAsync(1, 1);
        await server.Publisher.CallAsync("deleteStream", 7, 0, amf =>
        {
            amf.WriteNull();
            amf.WriteNumber(1);
        });
        await server.Publisher.CloseAsync();
        await server.EndAsync();
        Assert.Equal(1, server.Publication.Ends);
        Assert.Empty(await server.Publication.ReadAllAsync());
    }

    [Fact]
    public async Task DeleteStream_OfAnotherStream_DoesNotEndThePublication()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.CreateStreamAsync();
        await server.Publisher.CallAsync("deleteStream", 7, 0, amf =>
        {
            amf.WriteNull();
            amf.WriteNumber(2);
        });
        await server.Publisher.SendVideoAsync(1, 1);
        Assert.Equal(1u, (await server.Publication.ReadAsync()).TimestampMs);
    }

    [Fact]
    public async Task Reset_EndsThePublicationAsDisconnected()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Transport.Output.CompleteAsync(new IOException("connection reset by peer"));
        await server.EndAsync();
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
        Assert.Equal(1, server.Publication.Ends);
    }

    [Fact]
    public async Task HalfOpenConnection_GivesWayToTheNewerPublisher()
    {
        await using var old = await RtmpServer.PublishingAsync();
        await using var newer = await RtmpServer.PublishingAsync();
        old.Publication.Revoke("Another publisher with this key took over.");
        Assert.Equal(PublicationEnd.Revoked, await old.Publication.Ended);
        await old.EndInTimeAsync();
        await newer.Publisher.SendVideoAsync(1, 1);
        Assert.Equal(1u, (await newer.Publication.ReadAsync()).TimestampMs);
    }

    /// <summary>Enhanced RTMP's bodies are the demuxer's to judge: all of them are passed on.</summary>
    [Fact]
    public async Task EnhancedPackets_ArePassedOnAsTheyAre()
    {
        await using var server = await RtmpServer.PublishingAsync();
        byte[] sequenceEnd = [0x92, (byte)'h', (byte)'v', (byte)'c', (byte)'1'];
        byte[] modEx = [0x97, 0x02, 0, 0, 1, 0x10];
        await server.Publisher.SendVideoAsync(1, modEx);
        await server.Publisher.SendVideoAsync(2, sequenceEnd);
        Assert.Equal(modEx, (await server.Publication.ReadAsync()).Body);
        Assert.Equal(sequenceEnd, (await server.Publication.ReadAsync()).Body);
    }

    [Fact]
    public async Task PublisherThatNeverReads_KeepsItsBroadcast()
    {
        await using var server = RtmpServer.Start(new RtmpLimits { PendingWriteLengthMax = 8192 }, toClientMax: 4096);
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.PublishAsync("key");
        await server.Publisher.WriteAsync(
            ScriptedPublisher.Control(output => ProtocolControl.WriteWindowAcknowledgementSize(output, 1)));
        var ping = ScriptedPublisher.Control(
            output => ProtocolControl.WriteUserControl(output, UserControlEvent.PingRequest, 1));
        for (var i = 0u; i < 5000; i++)
        {
            await server.Publisher.WriteAsync(ping);
            await server.Publisher.SendVideoAsync(i, 1);
            Assert.Equal(i, (await server.Publication.ReadAsync()).TimestampMs);
        }

        await server.Publisher.CloseAsync();
        await server.EndInTimeAsync();
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
    }

    [Fact]
    public async Task CleanStop_BetweenTwoMessagesOfAGop_IsDisconnectedWithAllTagsReceived()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendVideoAsync(0, 0x17, 1);
        await server.Publisher.SendVideoAsync(40, 0x27, 1);
        await server.Publisher.CloseAsync();
        await server.EndAsync();
        Assert.Equal(2, (await server.Publication.ReadAllAsync()).Count);
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
    }

    [Fact]
    public async Task Crash_InTheMiddleOfAChunk_IsDisconnectedWithoutTheCutTag()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendVideoAsync(0, 0x17, 1);
        await server.Publisher.WriteAsync(RtmpTimeoutTests.ChunkOfVideo(5000, 77));
        await server.Publisher.CloseAsync();
        await server.EndAsync();
        Assert.Single(await server.Publication.ReadAllAsync());
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
        Assert.Equal(1, server.Publication.Ends);
    }

    [Fact]
    public async Task EndlessCommands_WithoutPublishing_AreCutOff()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        for (var i = 0; i < new RtmpLimits().CommandsUnpublishedMax; i++)
        {
            await server.Publisher.CreateStreamAsync();
        }

        await server.Publisher.ReadStatusAsync("NetStream.Failed");
    }
}
