using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>Connections as they are taken, or not.</summary>
public sealed class AcceptorTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Acceptor _acceptor = new(TimeProvider.System, NullLogger<Acceptor>.Instance);

    public AcceptorTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Connection_WithoutAFileToSpare_IsClosedAndTheNextTaken()
    {
        var asked = 0;
        var accepting = _acceptor.AcceptAsync(_listener, _ => asked++ > 0, TestContext.Current.CancellationToken);
        using var first = await ConnectAsync();
        Assert.Equal(0, await first.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Patience));
        using var second = await ConnectAsync();
        using var taken = await accepting;
        Assert.Equal(second.LocalEndPoint, taken!.RemoteEndPoint);
        Assert.Equal(1, _acceptor.Refused);
    }

    [Fact]
    public async Task Connection_ThatCannotBeTaken_DoesNotEndTheLoop()
    {
        var asked = 0;
        var accepting = _acceptor.AcceptAsync(
            _listener, _ => asked++ > 0 ? true : throw new InvalidOperationException(), TestContext.Current.CancellationToken);
        using var first = await ConnectAsync();
        Assert.Equal(0, await first.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Patience));
        using var second = await ConnectAsync();
        using var taken = await accepting;
        Assert.Equal(second.LocalEndPoint, taken!.RemoteEndPoint);
    }

    [Fact]
    public async Task Listener_ThatIsClosed_EndsTheWait()
    {
        var accepting = _acceptor.AcceptAsync(_listener, _ => true, TestContext.Current.CancellationToken);
        _listener.Dispose();
        Assert.Null(await accepting);
    }

    [Fact]
    public async Task Wait_ThatIsCancelled_Ends()
    {
        using var stopping = new CancellationTokenSource();
        var accepting = _acceptor.AcceptAsync(_listener, _ => true, stopping.Token);
        await stopping.CancelAsync();
        Assert.Null(await accepting);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndPoint!);
        return socket;
    }
}
