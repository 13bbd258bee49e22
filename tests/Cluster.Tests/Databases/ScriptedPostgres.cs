using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Streaming.Cluster.Tests.Databases;

/// <summary>A server that lets anybody in and says that it is some version of PostgreSQL: its frontend/backend protocol, 3.0.</summary>
internal sealed class ScriptedPostgres : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public ScriptedPostgres(string version)
    {
        _listener.Start();
        Address = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};")
            + "Database=old;Username=somebody;SSL Mode=Disable;Server Compatibility Mode=NoTypeLoading;Pooling=false";
        _serving = ServeAsync(version);
    }

    /// <summary>How to get to it, without more questions than it answers.</summary>
    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(string version)
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var length = new byte[4];
            await stream.ReadExactlyAsync(length);
            await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4]); // StartupMessage
            await stream.WriteAsync((byte[])
            [
                .. Message('R', [0, 0, 0, 0]), // AuthenticationOk
                .. Message('S', Encoding.ASCII.GetBytes($"server_version\0{version}\0")), // ParameterStatus
                .. Message('S', "client_encoding\0UTF8\0"u8),
                .. Message('Z', "I"u8), // ReadyForQuery
            ]);
            await stream.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // Whoever it was has gone.
        }
    }

    private static byte[] Message(char type, ReadOnlySpan<byte> body)
    {
        var message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message.AsSpan(5));
        return message;
    }
}
