using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Streaming.Gateway.Connections;

/// <summary>
/// Gives each connection of an address a <see cref="SocketOutput"/> and a <see cref="SocketInput"/>. For HTTP/1 without TLS.
/// </summary>
internal static class SocketOutputMiddleware
{
    public static void UseSocketOutput(this IConnectionBuilder connections)
    {
        var stalls = connections.ApplicationServices.GetRequiredService<Stalls>();
        var egress = connections.ApplicationServices.GetRequiredService<Egress>();
        connections.Use(next => connection =>
        {
            if (connection.Features.Get<IConnectionSocketFeature>() is { } feature
                && connection.Features.Get<IMemoryPoolFeature>() is { } memory)
            {
                var transport = connection.Transport;
                var output = new SocketOutput(feature.Socket, transport.Output, memory.MemoryPool, stalls, egress);
                connection.Features.Set(output);
                connection.Transport = new DuplexPipe(new SocketInput(transport.Input, stalls), output);
            }

            return next(connection);
        });
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
