using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Streaming.Gateway.Connections;

/// <summary>
/// Kestrel's sockets with a listener of our own: Kestrel's tries again without a pause when the process has no file left for a
/// connection, on the thread that serves all others; and connections inherit <see cref="KernelLimits"/> from it.
/// </summary>
internal sealed class HttpTransport(StreamingOptions options, Acceptor acceptor, ILogger<HttpTransport> logger)
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
        var connections = new SocketConnectionContextFactory(
            new() { IOQueueCount = 0, MaxReadBufferSize = ReadAheadMax }, logger);
        return new(new Listener(socket, connections, acceptor));
    }

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
