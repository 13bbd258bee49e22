using System.Net;
using System.Net.Sockets;
using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>What the kernel holds for connections, as it says itself.</summary>
public sealed class KernelLimitsTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task Connection_OfALimitedListener_InheritsTheLimits()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        KernelLimits.LimitUnsent(listener);
        KernelLimits.LimitUnread(listener);
        KernelLimits.EndStalled(listener, Timeout);
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var server = await listener.AcceptAsync();

        Assert.Equal((KernelLimits.UnsentMax, Timeout), KernelLimits.Of(server));
        Assert.InRange(server.ReceiveBufferSize, 1, 2 * KernelLimits.UnreadMax);
        Assert.True(server.NoDelay);
    }
}
