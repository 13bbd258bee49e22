using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>Peers that say nothing, or too little, on a clock that the test moves.</summary>
public sealed class RtmpTimeoutTests
{
    private static readonly RtmpLimits Limits = new();

    /// <summary>The timer looks once a second, and may find the last message still in hand.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Handshake_NotBegun_ClosesAtTheTimeoutAndNotBefore()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.WriteAsync((byte[])[3]);
        server.Advance(Limits.HandshakeTimeout - TimeSpan.FromSeconds(1));
        Assert.False(server.Completion.IsCompleted);
        server.Advance(TimeSpan.FromSeconds(1));
        await server.EndAsync();
    }

    [Fact]
    public async Task Handshake_AByteASecond_ClosesAtTheTimeout()
    {
        await using var server = RtmpServer.Start();
        for (var i = TimeSpan.Zero; i < Limits.HandshakeTimeout; i += TimeSpan.FromSeconds(1))
        {
            await server.Publisher.WriteAsync((byte[])[3]);
            server.Advance(TimeSpan.FromSeconds(1));
        }

        await server.EndAsync();
    }

    [Fact]
    public async Task Chunk_AByteASecond_ClosesAtTheIdleTimeout()
    {
        await using var server = await RtmpServer.PublishingAsync();
        await server.Publisher.WriteAsync(ChunkOfVideo(10_000, 10));
        for (var i = 0; i < (Limits.IdleTimeout + Slack).TotalSeconds; i++)
        {
            await server.Publisher.WriteAsync((byte[])[1]);
            server.Advance(TimeSpan.FromSeconds(1));
        }

        await server.Publisher.ReadStatusAsync("NetConnection.Connect.IdleTimeOut");
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
    }

    [Fact]
    public async Task Silence_IsPingedAndThenClosed()
    {
        await using var server = await RtmpServer.PublishingAsync();
        server.Advance(Limits.PingAfter + Slack);
        await server.Publisher.ReadUntilAsync(m => m.Type is RtmpMessageType.UserControl && m.Body[1] == 6);
        Assert.False(server.Completion.IsCompleted);
        server.Advance(Limits.IdleTimeout);
        await server.Publisher.ReadStatusAsync("NetConnection.Connect.IdleTimeOut");
        Assert.Equal(PublicationEnd.Disconnected, await server.Publication.Ended);
    }

    [Fact]
    public async Task Connected_ButNotPublishing_ClosesThoughItAnswersPings()
    {
        await using var server = RtmpServer.Start();
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync("live");
        await server.Publisher.ReadCommandAsync("_result");
        for (var i = 0; i < (Limits.PublishTimeout + Slack).TotalSeconds; i++)
        {
            await server.Publisher.WriteAsync(ScriptedPublisher.Control(
                output => ProtocolControl.WriteUserControl(output, UserControlEvent.PingResponse, 0)));
            server.Advance(TimeSpan.FromSeconds(1));
        }

        await server.Publisher.ReadStatusAsync("NetConnection.Connect.IdleTimeOut");
    }

    [Fact]
    public async Task ThousandsOfIdleConnections_AreAllClosedAtTheHandshakeTimeout()
    {
        var servers = Enumerable.Range(0, 1000).Select(_ => RtmpServer.Start()).ToList();
        foreach (var server in servers)
        {
            server.Advance(Limits.HandshakeTimeout + TimeSpan.FromSeconds(1));
        }

        await Task.WhenAll(servers.Select(server => server.EndAsync()));
    }

    internal static byte[] ChunkOfVideo(int messageLength, int sent) =>
        [.. Chunks.ChunkBytes.Type0(6, 0, messageLength, 9, 1, new byte[sent])];
}
