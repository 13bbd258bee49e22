using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Streaming.Gateway.Access;

/// <summary>Reverse proxies that are known: what they say of their clients' addresses is believed.</summary>
internal static class ProxyNetworks
{
    /// <summary>Reads addresses and networks, such as <c>10.0.0.5, 192.0.2.0/24</c>.</summary>
    public static bool TryParse(string text, out IReadOnlyList<IPNetwork> networks)
    {
        var read = new List<IPNetwork>();
        networks = read;
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(entry, out var address))
            {
                read.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else if (IPNetwork.TryParse(entry, out var network))
            {
                read.Add(network);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    extension(IReadOnlyList<IPNetwork> networks)
    {
        /// <summary>Whether the address is in one of them.</summary>
        public bool Contain(IPAddress? address)
        {
            if (networks.Count == 0 || address is null)
            {
                return false;
            }

            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return networks.Any(network => network.Contains(plain));
        }
    }

    /// <summary>Takes the client's address from X-Forwarded-For where a known proxy says it.</summary>
    public static void UseProxies(this IApplicationBuilder app, IReadOnlyList<IPNetwork> networks)
    {
        if (networks.Count == 0)
        {
            return; // A header that anybody can send; and what is not there costs no request anything.
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
