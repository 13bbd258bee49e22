using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Streaming.WaitingViewers;

/// <summary>
/// One keep-alive connection that asks for one thing after another. HTTP/1.1 as far as it is needed here, so that what is measured
/// is the server: no more than a send and a receive for a request.
/// </summary>
internal sealed class Waiter(IPEndPoint server) : IDisposable
{
    private const int BufferLength = 16 * 1024;
    private const int BodyLengthMax = 16 << 20;

    private readonly Socket _socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[BufferLength];

    /// <summary>Status of the newest answer.</summary>
    public int Status { get; private set; }

    /// <summary>When its first bytes came, by the Stopwatch.</summary>
    public long AnsweredAt { get; private set; }

    /// <summary>Its Content-Encoding, empty without one.</summary>
    public string Encoding { get; private set; } = "";

    public ValueTask ConnectAsync(CancellationToken cancellationToken) => _socket.ConnectAsync(server, cancellationToken);

    /// <summary>The body of the answer. Borrowed: valid until the next request.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, cancellationToken);
        var filled = 0;
        var headerLength = 0;
        var total = int.MaxValue;
        while (filled < total)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(filled), cancellationToken);
            if (received == 0)
            {
                throw new IOException("the server closed a connection");
            }

            AnsweredAt = filled == 0 ? Stopwatch.GetTimestamp() : AnsweredAt;
            filled += received;
            if (headerLength == 0 && _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                headerLength = end + 4;
                if (ReadHeader(_buffer.AsSpan(0, headerLength)) is not { } length)
                {
                    break;
                }

                total = headerLength + length;
                if (_buffer.Length < total)
                {
                    Array.Resize(ref _buffer, total);
                }
            }
        }

        while (total == int.MaxValue && !_buffer.AsSpan(0, filled).EndsWith("\r\n0\r\n\r\n"u8))
        {
            // A problem in chunks, which nobody here wants to read.
            filled += await _socket.ReceiveAsync(_buffer.AsMemory(filled), cancellationToken);
        }

        return total == int.MaxValue ? default : _buffer.AsMemory(headerLength, total - headerLength);
    }

    /// <summary>As a browser asks, in a path's own bytes.</summary>
    public static byte[] Request(string path, bool isCompressed = false) => System.Text.Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
        + "Gecko) Chrome/130.0.0.0 Safari/537.36\r\nAccept: */*\r\nOrigin: http://127.0.0.1\r\n"
        + (isCompressed ? "Accept-Encoding: gzip, deflate, br, zstd\r\n\r\n" : "\r\n"));

    public void Dispose() => _socket.Dispose();

    /// <summary>The length of the body, null when it comes in chunks.</summary>
    private int? ReadHeader(ReadOnlySpan<byte> header)
    {
        Status = Utf8Parser.TryParse(header["HTTP/1.1 ".Length..], out int status, out _) ? status : 0;
        Encoding = Field(header, "\r\nContent-Encoding: "u8) switch
        {
            [(byte)'b', (byte)'r'] => "br",
            [(byte)'g', ..] => "gzip",
            _ => "",
        };
        return !Utf8Parser.TryParse(Field(header, "\r\nContent-Length: "u8), out int length, out _) ? null
            : length <= BodyLengthMax ? length
            : throw new IOException($"an answer of {length} bytes");
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        var at = header.IndexOf(name);
        return at < 0 ? default : header[(at + name.Length)..][..header[(at + name.Length)..].IndexOf("\r\n"u8)];
    }
}
