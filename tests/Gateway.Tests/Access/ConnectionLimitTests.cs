using System.Net;
using System.Net.Sockets;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Access;

/// <summary>One address opens more connections than it may.</summary>
public sealed class ConnectionLimitTests
{
    private const int Max = 2;

    private static readonly byte[] Request = "GET /time HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
    private static readonly byte[] Handshake = [3, .. new byte[1536]];

    [Fact]
    public async Task HttpConnections_OneTooMany_IsClosedAndTakenOnceAnotherHasEnded()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", $"Access:HttpConnectionsMax={Max}");
        using var first = await ConnectAsync(node.Address.Port);
        using var second = await ConnectAsync(node.Address.Port);
        Assert.True(await IsServedAsync(first));
        Assert.True(await IsServedAsync(second));

        Assert.False(await IsServedAsync(() => ConnectAsync(node.Address.Port), Request));
        Assert.True(await IsServedAsync(first));
        second.Dispose();
        await Eventually.HoldsAsync(
            "there is room again", () => IsServedAsync(() => ConnectAsync(node.Address.Port), Request));
    }

    [Fact]
    public async Task HttpConnections_OfAKnownProxy_AreNotCounted()
    {
        await using var node = await Node.StartAsync(
            "Ladder:Enabled=false", $"Access:HttpConnectionsMax={Max}", "Access:Proxies=127.0.0.1");
        var connections = new List<NetworkStream>();
        for (var i = 0; i < Max * 3; i++)
        {
            connections.Add(await ConnectAsync(node.Address.Port));
            Assert.True(await IsServedAsync(connections[^1]));
        }

        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task RtmpConnections_OneTooMany_IsClosedAndTakenOnceAnotherHasEnded()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", $"Access:RtmpConnectionsMax={Max}");
        await using var first = await (await node.CreateChannelAsync()).PublishByHandAsync();
        await using (await (await node.CreateChannelAsync()).PublishByHandAsync())
        {
            Assert.False(await IsServedAsync(node.ConnectRtmpAsync, Handshake));
        }

        await Eventually.HoldsAsync("there is room again", () => IsServedAsync(node.ConnectRtmpAsync, Handshake));
    }

    [Theory]
    [InlineData("Access:RtmpConnectionsMax=0")]
    [InlineData("Access:HttpConnectionsMax=0")]
    [InlineData("Access:ViewersMax=100001")]
    [InlineData("Access:Proxies=10.0.0.0/8, nonsense")]
    public void Setting_OutOfRange_StopsTheStartWithItsName(string setting)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => GatewayHost.Build($"--Streaming:{setting}"));

        Assert.Contains(setting.Split('=')[0], refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>A new connection answers. A reset may come so soon that it is the connect's.</summary>
    private static async Task<bool> IsServedAsync(Func<Task<NetworkStream>> connect, byte[] request)
    {
        try
        {
            using var connection = await connect();
            return await IsServedAsync(connection, request);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }

    /// <summary>The connection answers; false when it was closed or reset.</summary>
    private static async Task<bool> IsServedAsync(NetworkStream connection, byte[]? request = null)
    {
        try
        {
            await connection.WriteAsync(request ?? Request);
            return await connection.ReadAsync(new byte[4096]).AsTask().WaitAsync(Eventually.Patience) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
