using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Gateway.Connections;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>Viewers who ask for much and read little of it, or nothing.</summary>
public sealed class StalledReaderTests
{
    private const int RequestsEach = 40;

    // What waits at our end, with room for how the kernel fills its buffers.
    private const int UnsentMax = 128 * 1024;

    [Fact]
    public async Task Reader_WhoTakesNothing_HoldsLittleAndIsCutOff()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Connections:StallTimeout=00:00:02");
        await using var live = await LiveAsync(node);
        using var reader = await AskAsync(node, live.Segment);

        var most = 0L;
        await Eventually.HoldsAsync("the reader is cut off", () =>
        {
            var unsent = UnsentTo(reader);
            most = Math.Max(most, unsent ?? 0);
            return Task.FromResult(unsent is null && node.Services.GetRequiredService<Stalls>().Count == 1);
        });
        Assert.InRange(most, 1, UnsentMax);
    }

    [Fact]
    public async Task Reader_WhoIsSlowButMoves_GetsEverything()
    {
        // Kernels tell of room for half a buffer and more: that much is taken at a time.
        const int Step = 64 * 1024;
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Connections:StallTimeout=00:00:04");
        await using var live = await LiveAsync(node);
        using var reader = await AskAsync(node, live.Segment);

        // Longer in all than a reader may take nothing.
        var buffer = new byte[Step];
        var length = (long)(await node.Viewer.GetByteArrayAsync(live.Segment)).Length * RequestsEach;
        var watch = Stopwatch.StartNew();
        for (long left = length; left > 0;)
        {
            if (watch.Elapsed < TimeSpan.FromSeconds(8))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(400), TestContext.Current.CancellationToken);
            }

            var read = await reader.ReceiveAsync(buffer).WaitAsync(Eventually.Patience);
            Assert.NotEqual(0, read);
            left -= read;
        }

        Assert.Equal(0, node.Services.GetRequiredService<Stalls>().Count);
    }

    [Fact]
    public async Task Flush_WhoseReaderTakesNothing_EndsAndGivesBackItsBlocks()
    {
        var timeout = TimeSpan.FromSeconds(1);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        KernelLimits.LimitUnsent(listener);
        KernelLimits.EndStalled(listener, timeout);
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var server = await listener.AcceptAsync();
        using var blocks = new CountedBlocks();
        var stalls = new Stalls(NullLogger<Stalls>.Instance);
        var output = new SocketOutput(server, new Pipe().Writer, blocks, stalls);

        output.Write(new byte[4 << 20]);
        Assert.NotEqual(0, blocks.Rented);
        Assert.True((await output.FlushAsync().AsTask().WaitAsync(Eventually.Patience)).IsCompleted);
        Assert.Equal(0, blocks.Rented);
        Assert.Equal(0, output.UnflushedBytes);
        Assert.Equal(1, stalls.Count);
    }

    /// <summary>A broadcast with a segment that stays where it is: its publisher has gone.</summary>
    private static async Task<Live> LiveAsync(Node node)
    {
        var channel = await node.CreateChannelAsync();
        var publisher = channel.Publish(await Sources.AudioAndVideo);
        var broadcast = (await channel.LiveAsync("source")).BroadcastId!;
        var playlist = await channel.PlaylistAsync(broadcast, "source", "it has two segments", playlist => playlist.Segments.Count >= 2);
        return new(publisher, $"{channel.Folder(broadcast, "source")}/{playlist.Segments[^1].Uri}");
    }

    /// <summary>Asks for the same many times at once, and reads nothing.</summary>
    private static async Task<Socket> AskAsync(Node node, string path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, node.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Concat(
            Enumerable.Repeat($"GET {path} HTTP/1.1\r\nHost: node\r\n\r\n", RequestsEach))));
        return socket;
    }

    /// <summary>Bytes that wait at the other end of a connection; null when there is no such end any more. proc(5).</summary>
    private static long? UnsentTo(Socket client)
    {
        var remote = ((IPEndPoint)client.LocalEndPoint!).Port.ToString("X4", CultureInfo.InvariantCulture);
        var local = ((IPEndPoint)client.RemoteEndPoint!).Port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[1].EndsWith(':' + local, StringComparison.Ordinal) && fields[2].EndsWith(':' + remote, StringComparison.Ordinal))
            {
                return long.Parse(fields[4].AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private sealed record Live(Publisher Publisher, string Segment) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Publisher.DisposeAsync();
    }

    /// <summary>Memory that counts what was not given back.</summary>
    private sealed class CountedBlocks : MemoryPool<byte>
    {
        private int _rented;

        public int Rented => _rented;

        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            _rented++;
            return new Block(this, Shared.Rent(minBufferSize));
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Block(CountedBlocks pool, IMemoryOwner<byte> owner) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory => owner.Memory;

            public void Dispose()
            {
                pool._rented--;
                owner.Dispose();
            }
        }
    }
}
