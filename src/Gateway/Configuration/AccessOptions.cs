using System.Net;

namespace Streaming.Gateway.Configuration;

/// <summary>
/// What one address may have of a node: an IPv4 address, or the /64 of an IPv6 address. The loopback is one like any other.
/// </summary>
public sealed record AccessOptions
{
    /// <summary>
    /// Open connections of one address to the RTMP port. 1–2,000, default 500: a quarter of what the node takes in all. Fewer
    /// leave a single stranger less, more serve broadcasters who all come by one NAT or TCP proxy.
    /// </summary>
    public int RtmpConnectionsMax { get; init; } = 500;

    /// <summary>
    /// Open connections of one address to the HTTP port. 1–1,000,000, default 10,000: a browser has up to six, so that some
    /// thousand viewers can be behind one NAT. Fewer leave a single stranger less. Connections of <see cref="Proxies"/> are not
    /// counted.
    /// </summary>
    public int HttpConnectionsMax { get; init; } = 10_000;

    /// <summary>
    /// Viewers of one address that are counted. 1–100,000, default 1,000: what a stranger can forge with invented user agents,
    /// and the most that is believed of the people behind one NAT. It limits the count, not who may watch.
    /// </summary>
    public int ViewersMax { get; init; } = 1_000;

    /// <summary>
    /// Reverse proxies before the HTTP port: IP addresses and networks, such as <c>127.0.0.1, 10.0.0.0/8</c>; none by default. Of
    /// what they send, the client's address is taken from <c>X-Forwarded-For</c>, which they have to set. Without it all who come
    /// by a proxy are one address: they share its limits, and the waits that one of them earns with wrong tokens.
    /// </summary>
    public string Proxies { get; init; } = "";

    /// <summary><see cref="Proxies"/>, read.</summary>
    internal IReadOnlyList<IPNetwork> ProxyNetworks =>
        Access.ProxyNetworks.TryParse(Proxies, out var networks) ? networks : [];

    /// <summary>What is wrong with them, in sentences that begin with the option.</summary>
    internal IEnumerable<string> Problems()
    {
        foreach (var (name, value, max) in new[]
        {
            (nameof(RtmpConnectionsMax), RtmpConnectionsMax, 2_000),
            (nameof(HttpConnectionsMax), HttpConnectionsMax, 1_000_000),
            (nameof(ViewersMax), ViewersMax, 100_000),
        })
        {
            if (value < 1 || value > max)
            {
                yield return $"{name} is {value}; it has to be from 1 to {max}.";
            }
        }

        if (!Access.ProxyNetworks.TryParse(Proxies, out _))
        {
            yield return $"{nameof(Proxies)} is '{Proxies}'; it takes IP addresses and networks with commas between them, "
                + "such as '127.0.0.1, 10.0.0.0/8'.";
        }
    }
}
