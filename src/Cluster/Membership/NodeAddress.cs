using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Streaming.Cluster.Membership;

/// <summary>Where a node is reached.</summary>
/// <param name="Host">Name or IP address.</param>
/// <param name="Port">TCP port.</param>
public sealed record NodeAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>; of an IPv6 address the host stands in brackets.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out NodeAddress? address)
    {
        var colon = text.LastIndexOf(':');
        var (host, port) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        var isBracketed = host is ['[', .., ']'];
        address = IsHost(isBracketed ? host[1..^1] : host) && host.Contains(':', StringComparison.Ordinal) == isBracketed
            && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= ushort.MaxValue
            ? new(host, number)
            : null;
        return address is not null;
    }

    /// <summary>Whether it can be the name of a machine, or is an IP address.</summary>
    public static bool IsHost(string text) => Uri.CheckHostName(text) is not UriHostNameType.Unknown;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
