using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Streaming.Gateway.Configuration;

namespace Streaming.Gateway.Connections;

/// <summary>
/// Kestrel's sockets with a listener of our own: Kestrel's tries again without a pause when the process has no file left for a
/// connection, on the thread that serves all others; and connections inherit <see cref="KernelLimits"/> from it.
/// </summary>
internal sealed class HttpTransport(
    StreamingOptions options, Acceptor acceptor, IMemoryPoolFactory<byte> memory, ILogger<HttpTransport> logger)
    : IConnectionListenerFactory
{
    private const int Backlog = 512;

    /// <summary>Bytes of requests that are read ahead of the one that is answered: twice the longest head.</summary>
    private const int ReadAheadMax = 64 * 1024;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }

        socket.NoDelay = true;
        KernelLimits.LimitUnsent(socket);
        KernelLimits.LimitUnread(socket);
        KernelLimits.EndStalled(socket, options.Connections.StallTimeout);
        socket.Listen(Backlog);

        // Connections write to their sockets themselves; what is left to the transport needs no threads of its own.
        var settings = new SocketConnectionFactoryOptions { IOQueueCount = 0, MaxReadBufferSize = ReadAheadMax };
        SetMemory(settings, memory);
        return new(new Listener(socket, new(settings, logger), acceptor));
    }

    // Kestrel gives its pool of blocks to its own listener alone. Connections without it rent arrays, which are garbage when many do
    // so at once: of 5,000 waiting viewers each took 38 KiB instead of 22, and each answer a third more CPU.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_MemoryPoolFactory")]
    private static extern void SetMemory(SocketConnectionFactoryOptions settings, IMemoryPoolFactory<byte> memory);

    private sealed class Listener(Socket socket, SocketConnectionContextFactory connections, Acceptor acceptor) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await acceptor.AcceptAsync(socket, OpenFiles.OfProcess.IsForViewers, cancellationToken) is { } accepted)
            {
                try
                {
                    return connections.Create(accepted);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException or OutOfMemoryException)
                {
                    accepted.Dispose(); // It went at once, or there is no memory for it.
                }
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return default;
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            connections.Dispose();
            return default;
        }
    }
}
