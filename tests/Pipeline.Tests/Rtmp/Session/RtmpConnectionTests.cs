using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;
using Streaming.Pipeline.Tests.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp.Session;

/// <summary>A connection as its publisher sees it.</summary>
public sealed class RtmpConnectionTests
{
    [Fact]
    public async Task Connect_IsAnsweredWithWindowsChunkSizeAndSuccess()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live", transactionId: 7);
        Assert.Equal(RtmpMessageType.WindowAcknowledgementSize, (await server.Publisher.ReadAsync())!.Type);
        Assert.Equal(RtmpMessageType.SetPeerBandwidth, (await server.Publisher.ReadAsync())!.Type);
        var chunkSize = (await server.Publisher.ReadAsync())!;
        Assert.Equal((RtmpMessageType.SetChunkSize, 4096u), (chunkSize.Type, ProtocolControl.ReadNumber(chunkSize.Type, chunkSize.Body)));
        Assert.Equal([0, 0, 0, 0, 0, 0], (await server.Publisher.ReadAsync())!.Body);
        var result = (await server.Publisher.ReadAsync())!;
        Assert.True(result.IsCommand("_result"));
        Assert.Equal([0x00, 0x40, 0x1C], result.Body[10..13]);
        Assert.Contains("NetConnection.Connect.Success", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("fourCcList", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_Enhanced_IsToldTheCodecsTaken()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.CallAsync("connect", 1, 0, amf =>
        {
            amf.StartObject();
            amf.WriteName("videoFourCcInfoMap");
            amf.StartObject();
            amf.WriteName("*");
            amf.WriteNumber(4);
            amf.EndObject();
            amf.WriteName("capsEx");
            amf.WriteNumber(15);
            amf.EndObject();
        });
        var result = await server.Publisher.ReadCommandAsync("_result");
        Assert.All(
            (string[])["fourCcList", "avc1", "mp4a", "videoFourCcInfoMap", "capsEx"],
            word => Assert.Contains(word, result.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_Accepted_ReceivesTagsInOrder()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.SendAsync(
            4, RtmpMessageType.DataAmf0, 1, 0, [.. DataMessageTests.Amf("@setDataFrame"), .. DataMessageTests.Amf("onMetaData")]);
        await server.Publisher.SendVideoAsync(0xFFFFFFF0, 0x17, 1);
        await server.Publisher.SendAudioAsync(10, 0xAF, 1);

        var script = await server.Publication.ReadAsync();
        Assert.Equal((FlvTagType.Script, 0u), (script.Type, script.TimestampMs));
        Assert.Equal(DataMessageTests.Amf("onMetaData"), script.Body);
        var video = await server.Publication.ReadAsync();
        Assert.Equal((FlvTagType.Video, 0xFFFFFFF0), (video.Type, video.TimestampMs));
        Assert.Equal([0x17, 1], video.Body);
        Assert.Equal(FlvTagType.Audio, (await server.Publication.ReadAsync()).Type);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("live", "key", "test"), (request.App, request.StreamKey, request.ConnectionId));
    }

    [Fact]
    public async Task Publish_Refused_IsToldWhyThenClosed()
    {
        await using var server = RtmpServer.Start(
            authorizer: (_, _) => ValueTask.FromResult<PublishAnswer>(new PublishAnswer.Refused("No such key.")));
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.PublishAsync("wrong");
        var status = await server.Publisher.ReadStatusAsync("NetStream.Publish.Unauthorized");
        Assert.Contains("No such key.", status.Text, StringComparison.Ordinal);
        Assert.Contains("error", status.Text, StringComparison.Ordinal);
        Assert.Equal(1u, status.StreamId);

        // The connection waits for the publisher to close, and gives up on it after a while.
        await server.Publisher.SendVideoAsync(0, new byte[5000]);
        Assert.False(server.Completion.IsCompleted);
        await server.EndInTimeAsync();
    }

    [Fact]
    public async Task Publish_OfWhatAnotherPublishes_IsToldSo()
    {
        await using var server = RtmpServer.Start(
            authorizer: (_, _) => ValueTask.FromResult<PublishAnswer>(
                new PublishAnswer.Refused("Another publishes.", PublishRefusal.InUse)));
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.PublishAsync("key");
        var status = await server.Publisher.ReadStatusAsync("NetStream.Publish.BadName");
        Assert.Contains("Another publishes.", status.Text, StringComparison.Ordinal);
        await server.Publisher.CloseAsync();
        await server.EndAsync();
    }

    [Fact]
    public async Task Publish_BeforeConnect_IsAProtocolError()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.PublishAsync("key");
        await server.Publisher.ReadStatusAsync("NetStream.Failed");
        await server.Publisher.CloseAsync();
        await server.EndAsync();
    }

    [Fact]
    public async Task Publish_Twice_IsRefusedAndTheFirstGoesOn()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.PublishAsync("other");
        await server.Publisher.ReadStatusAsync("NetStream.Publish.BadName");
        await server.Publisher.SendVideoAsync(40, 1);
        Assert.Equal(40u, (await server.Publication.ReadAsync()).TimestampMs);
    }

    [Fact]
    public async Task Publish_AgainAfterUnpublish_IsANewPublication()
    {
        await using var server = await RtmpServer.PublishingAsync();
        var first = server.Publication;
        await server.Publisher.CallAsync("closeStream", 0, 1, amf => amf.WriteNull());
        Assert.Equal(PublicationEnd.Unpublished, await first.Ended);
        await server.Publisher.PublishAsync("key");
        await server.Publisher.ReadStatusAsync("NetStream.Publish.Start");
        await server.Publisher.SendVideoAsync(7, 1);
        Assert.Equal(7u, (await server.Publication.ReadAsync()).TimestampMs);
        Assert.Equal(1, first.Ends);
    }

    [Fact]
    public async Task Play_IsRefusedClearly()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.CallAsync("play", 4, 1, amf =>
        {
            amf.WriteNull();
            amf.WriteString("key");
        });
        await server.Publisher.ReadStatusAsync("NetStream.Play.Failed");
        await server.Publisher.CloseAsync();
        await server.EndAsync();
    }

    [Fact]
    public async Task Revoked_PublisherIsToldWhyThenClosed()
    {
        await using var server = await RtmpServer.PublishingAsync();
        server.Publication.Revoke("Another encoder took over.");
        var status = await server.Publisher.ReadStatusAsync("NetStream.Publish.BadName");
        Assert.Contains("Another encoder took over.", status.Text, StringComparison.Ordinal);
        Assert.Equal(PublicationEnd.Revoked, await server.Publication.Ended);
        await server.Publisher.CloseAsync();
        await server.EndAsync();
        Assert.Equal(1, server.Publication.Ends);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Revoked_SinceItGoesOnElsewhere_AsksWhoReconnectsToDoSo(double capabilities, bool isAsked)
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.CallAsync("connect", 1, 0, amf =>
        {
            amf.StartObject();
            amf.WriteName("app");
            amf.WriteString("live");
            amf.WriteName("capsEx");
            amf.WriteNumber(capabilities);
            amf.EndObject();
        });
        await server.Publisher.CreateStreamAsync();
        await server.Publisher.PublishAsync("key");
        await server.Publisher.ReadStatusAsync("NetStream.Publish.Start");
        server.Publication.IsMoved = true;

        server.Publication.Revoke("Another server goes on with it.");

        var status = await server.Publisher.ReadStatusAsync(isAsked ? "NetConnection.Connect.ReconnectRequest" : "NetStream.Publish.BadName");
        Assert.Equal(isAsked ? 0u : 1u, status.StreamId);
        Assert.Contains("Another server goes on with it.", status.Text, StringComparison.Ordinal);
        byte[] beginning =
        [
            0x02, 0, 8, .. "onStatus"u8, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x05, 0x03, 0, 5, .. "level"u8, 0x02, 0, 6, .. "status"u8,
            0, 4, .. "code"u8, 0x02, 0, 38, .. "NetConnection.Connect.ReconnectRequest"u8, 0, 11, .. "description"u8,
        ];
        Assert.Equal(isAsked, status.Body.AsSpan().StartsWith(beginning));
        await server.Publisher.CloseAsync();
        await server.EndAsync();
    }

    [Fact]
    public async Task Revoked_WhileTheReceiverIsBehind_EndsTheWait()
    {
        await using var server = await RtmpServer.PublishingAsync();
        server.Publication.Gate = new TaskCompletionSource().Task;
        await server.Publisher.SendVideoAsync(0, 1);
        await server.Publication.AtGate;
        server.Publication.Revoke("The channel was deleted.");
        await server.Publisher.ReadStatusAsync("NetStream.Publish.BadName");
        Assert.Equal(PublicationEnd.Revoked, await server.Publication.Ended);
    }

    [Fact]
    public async Task ReceiverFails_PublisherIsToldAndPublicationEnds()
    {
        await using var server = await RtmpServer.PublishingAsync();
        server.Publication.Failure = new InvalidOperationException("disk full");
        await server.Publisher.SendVideoAsync(0, 1);
        await server.Publisher.ReadStatusAsync("NetStream.Failed");
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
    }

    [Fact]
    public async Task HostStops_PublisherIsToldAndPublicationEnds()
    {
        await using var server = await RtmpServer.PublishingAsync();
        server.Stop();
        await server.EndAsync();
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
        await server.Publisher.ReadStatusAsync("NetConnection.Connect.AppShutdown");
    }

    [Fact]
    public async Task PingRequest_IsAnsweredWithItsTimestamp()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.WriteAsync(
            ScriptedPublisher.Control(output => ProtocolControl.WriteUserControl(output, UserControlEvent.PingRequest, 0xABCD)));
        var answer = await server.Publisher.ReadUntilAsync(m => m.Type is RtmpMessageType.UserControl && m.Body[1] == 7);
        Assert.Equal([0, 7, 0, 0, 0xAB, 0xCD], answer.Body);
    }

    [Fact]
    public async Task Window_HalfReceived_IsAcknowledged()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.WriteAsync(
            ScriptedPublisher.Control(output => ProtocolControl.WriteWindowAcknowledgementSize(output, 10_000)));
        await server.Publisher.SendVideoAsync(0, new byte[6000]);
        await server.Publisher.SendVideoAsync(1, new byte[6000]);
        var acknowledgement = await server.Publisher.ReadUntilAsync(m => m.Type is RtmpMessageType.Acknowledgement);
        var number = ProtocolControl.ReadNumber(acknowledgement.Type, acknowledgement.Body);
        Assert.InRange(number, 5000u, (uint)server.Publisher.Sent);
    }

    [Fact]
    public async Task ReceiverBehind_StopsReadingFromThePublisher()
    {
        await using var server = await RtmpServer.PublishingAsync();
        var gate = new TaskCompletionSource();
        server.Publication.Gate = gate.Task;
        await server.Publisher.SendVideoAsync(0, 1);
        await server.Publication.AtGate;
        var flood = Task.Run(async () =>
        {
            for (var i = 1u; i <= 100; i++)
            {
                await server.Publisher.SendVideoAsync(i, new byte[4000]);
            }
        });

        // Long silence is not the publisher's fault while it is we who do not read.
        server.Advance(TimeSpan.FromMinutes(5));
        Assert.False(flood.IsCompleted);
        Assert.False(server.Completion.IsCompleted);
        gate.SetResult();
        await flood.WaitAsync(ScriptedPublisher.Patience);
        for (var i = 0u; i <= 100; i++)
        {
            Assert.Equal(i, (await server.Publication.ReadAsync()).TimestampMs);
        }
    }
}
