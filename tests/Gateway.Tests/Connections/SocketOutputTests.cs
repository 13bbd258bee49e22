using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>What a connection writes, as it arrives at the other end of a real socket.</summary>
public sealed class SocketOutputTests : IAsyncLifetime
{
    // More than the kernel takes for a peer that reads nothing.
    private const int LongLength = 32 << 20;

    private readonly Pipe _transport = new();
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Socket _server = null!;
    private SocketOutput _output = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await _client.ConnectAsync(listener.LocalEndPoint!);
        _server = await listener.AcceptAsync();
        _output = new(_server, _transport.Writer, MemoryPool<byte>.Shared);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task WrittenAndLent_InTurns_ArriveInOrder()
    {
        var expected = new List<byte>();
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            for (var piece = random.Next(1, 6); piece > 0; piece--)
            {
                var bytes = new byte[random.Next(1, 20_000)];
                random.NextBytes(bytes);
                expected.AddRange(bytes);
                if (random.Next(2) == 0)
                {
                    Lend(bytes);
                }
                else
                {
                    _output.Write(bytes);
                }
            }

            var unflushed = _output.UnflushedBytes;
            var reading = ReadAsync((int)unflushed);
            Assert.False((await _output.FlushAsync()).IsCompleted);
            Assert.Equal(expected.TakeLast((int)unflushed), await reading);
            Assert.Equal(0, _output.UnflushedBytes);
        }
    }

    [Fact]
    public async Task Lend_OfASlice_SendsThatSlice()
    {
        Lend(new byte[] { 1, 2, 3, 4, 5 }.AsMemory(1, 3));
        await _output.FlushAsync();
        Assert.Equal([2, 3, 4], await ReadAsync(3));
    }

    [Fact]
    public async Task Flush_WhileThePeerReadsNothing_WaitsAndThenArrivesWhole()
    {
        var bytes = new byte[LongLength];
        Random.Shared.NextBytes(bytes);
        _output.Write("head"u8);
        Lend(bytes);
        var flush = _output.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);

        Assert.Equal("head"u8.ToArray(), await ReadAsync(4));
        var arrived = await ReadAsync(LongLength);
        Assert.True(bytes.AsSpan().SequenceEqual(arrived));
        Assert.False((await flush).IsCompleted);
    }

    [Fact]
    public async Task Flush_WhenThePeerGoes_SaysThatItIsOver()
    {
        Lend(new byte[LongLength]);
        var flush = _output.FlushAsync().AsTask();
        _client.LingerState = new(enable: true, seconds: 0);
        _client.Close();
        Assert.True((await flush).IsCompleted);

        _output.Write("more"u8);
        Assert.True((await _output.FlushAsync()).IsCompleted);
        Assert.Equal(0, _output.UnflushedBytes);
    }

    [Fact]
    public async Task Flush_WhenTheConnectionIsEnded_SaysThatItIsOver()
    {
        Lend(new byte[LongLength]);
        var flush = _output.FlushAsync().AsTask();
        _server.Dispose();
        Assert.True((await flush).IsCompleted);
    }

    [Fact]
    public async Task File_LentBehindAHead_ArrivesBehindItSliceBySlice()
    {
        await using var file = CreateFile(300_000, out var bytes);
        _output.Write("head"u8);
        Lend(file, 0, 200_000);
        Assert.Equal(200_004, _output.UnflushedBytes);
        var reading = ReadAsync(200_004);
        Assert.False((await _output.FlushAsync()).IsCompleted);
        byte[] expected = [.. "head"u8, .. bytes.AsSpan(0, 200_000)];
        Assert.Equal(expected, await reading);
        Assert.Equal(0, _output.UnflushedBytes);

        reading = ReadAsync(99_001);
        Lend(file, 200_999, 99_001);
        await _output.FlushAsync();
        Assert.Equal(bytes[200_999..], await reading);

        _output.Write("next"u8);
        await _output.FlushAsync();
        Assert.Equal("next"u8.ToArray(), await ReadAsync(4));
    }

    [Fact]
    public async Task File_WhileThePeerReadsNothing_WaitsAndThenArrivesWhole()
    {
        await using var file = CreateFile(LongLength, out var bytes);
        Lend(file, 0, LongLength);
        var flush = _output.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);

        var arrived = await ReadAsync(LongLength);
        Assert.True(bytes.AsSpan().SequenceEqual(arrived));
        Assert.False((await flush).IsCompleted);
    }

    [Fact]
    public async Task File_WhenThePeerGoes_SaysThatItIsOver()
    {
        await using var file = CreateFile(LongLength, out _);
        Lend(file, 0, LongLength);
        var flush = _output.FlushAsync().AsTask();
        _client.LingerState = new(enable: true, seconds: 0);
        _client.Close();
        Assert.True((await flush).IsCompleted);
    }

    [Fact]
    public async Task File_WithSomethingWrittenBehindIt_IsRefused()
    {
        await using var file = CreateFile(10, out _);
        Lend(file, 0, 10);
        Assert.Throws<InvalidOperationException>(() => _output.Write("more"u8));
        Assert.Throws<InvalidOperationException>(() => Lend(new byte[] { 1 }));
        Assert.Throws<InvalidOperationException>(() => Lend(file, 0, 10));
    }

    [Fact]
    public async Task Complete_WithBytesThatWereNotFlushed_EndsTheTransport()
    {
        _output.Write("unsent"u8);
        _output.Complete();
        Assert.True((await _transport.Reader.ReadAsync()).IsCompleted);
    }

    private void Lend(ReadOnlyMemory<byte> bytes)
    {
        _output.GetMemory();
        _output.Lend(bytes);
        _output.Advance(bytes.Length);
    }

    private void Lend(FileStream file, long offset, int length)
    {
        _output.GetMemory();
        _output.Lend(file, offset, length);
        _output.Advance(length);
    }

    private static FileStream CreateFile(int length, out byte[] bytes)
    {
        bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        var file = new FileStream(
            Path.GetTempFileName(),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.Read,
            bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        file.Write(bytes);
        return file;
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            read += await _client.ReceiveAsync(bytes.AsMemory(read));
        }

        return bytes;
    }
}
