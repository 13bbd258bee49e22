using System.Net;
using Microsoft.AspNetCore.Connections;
using Streaming.Gateway.Access;
using Streaming.Gateway.Configuration;

namespace Streaming.Gateway.Connections;

/// <summary>Closes connections of addresses that have enough, before anything is read from them.</summary>
internal static class AddressLimitMiddleware
{
    public static void UseAddressLimit(this IConnectionBuilder connections, AccessOptions access)
    {
        var services = connections.ApplicationServices;
        var limit = new ConnectionsByAddress(
            "HTTP",
            access.HttpConnectionsMax,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<AccessInstruments>(),
            services.GetRequiredService<ILogger<ConnectionsByAddress>>());
        var proxies = access.ProxyNetworks;

        // A proxy's connections are many people's.
        connections.Use(next => connection => proxies.Contain((connection.RemoteEndPoint as IPEndPoint)?.Address)
            ? next(connection)
            : RunAsync(connection, limit, next));
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionsByAddress limit, ConnectionDelegate next)
    {
        var address = NetworkPrefix.Of(connection.RemoteEndPoint);
        if (!limit.TryEnter(address))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            limit.Leave(address);
        }
    }
}
