using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>What a connection reads, and how that ends.</summary>
public sealed class SocketInputTests
{
    private readonly Pipe _transport = new();
    private readonly Stalls _stalls = new(NullLogger<Stalls>.Instance);
    private readonly SocketInput _input;

    public SocketInputTests() => _input = new SocketInput(_transport.Reader, _stalls);

    [Fact]
    public async Task Read_OfWhatComes_GivesItAsItIs()
    {
        var waiting = _input.ReadAsync(TestContext.Current.CancellationToken);
        await _transport.Writer.WriteAsync("GET"u8.ToArray(), TestContext.Current.CancellationToken);
        var read = await waiting;
        Assert.Equal("GET", Encoding.ASCII.GetString(read.Buffer));
        _input.AdvanceTo(read.Buffer.End);
        await _transport.Writer.CompleteAsync();
        Assert.True((await _input.ReadAsync(TestContext.Current.CancellationToken)).IsCompleted);
        Assert.Equal(0, _stalls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhenTheKernelHasCutTheViewerOff_EndsAndIsCountedOnce(bool isWaiting)
    {
        var waiting = isWaiting ? _input.ReadAsync(TestContext.Current.CancellationToken).AsTask() : null;
        await _transport.Writer.CompleteAsync(new SocketException((int)SocketError.TimedOut));
        var read = await (waiting ?? _input.ReadAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.True(read.IsCompleted);
        Assert.True(read.Buffer.IsEmpty);
        _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.True(_input.TryRead(out read));
        Assert.True(read.IsCompleted);
        Assert.Equal(1, _stalls.Count);
    }

    [Fact]
    public async Task TryRead_WhenTheKernelHasCutTheViewerOff_Ends()
    {
        await _transport.Writer.CompleteAsync(new SocketException((int)SocketError.TimedOut));
        Assert.True(_input.TryRead(out var read));
        Assert.True(read.IsCompleted);
        Assert.Equal(1, _stalls.Count);
    }

    [Fact]
    public async Task Read_WhenTheViewerHasBrokenOff_Fails()
    {
        await _transport.Writer.CompleteAsync(new SocketException((int)SocketError.ConnectionReset));
        await Assert.ThrowsAsync<SocketException>(async () => await _input.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, _stalls.Count);
    }
}
