using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>What the connections of viewers are made of.</summary>
public sealed class HttpTransportTests
{
    [Fact]
    public async Task Connection_ThatIsTaken_HasKestrelsBlocks()
    {
        var kestrel = WebApplication.CreateEmptyBuilder(new());
        kestrel.WebHost.UseKestrelCore();
        await using var services = kestrel.Services.BuildServiceProvider();
        var transport = new HttpTransport(
            new StreamingOptions(),
            new Acceptor(TimeProvider.System, NullLogger<Acceptor>.Instance),
            services.GetRequiredService<IMemoryPoolFactory<byte>>(),
            NullLogger<HttpTransport>.Instance);
        await using var listener = await transport.BindAsync(
            new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.EndPoint);
        await using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);

        var pool = connection!.Features.Get<IMemoryPoolFeature>()!.MemoryPool;
        Assert.NotSame(MemoryPool<byte>.Shared, pool);
        Assert.Equal(4096, pool.MaxBufferSize);
    }
}
