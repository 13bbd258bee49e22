using System.Net;

namespace Streaming.Gateway.Configuration;

/// <summary>An address to listen at.</summary>
public sealed record ListenOptions
{
    /// <summary>TCP port, 1–65535, or 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>IP address, or <c>*</c> (the default) for every address of the machine.</summary>
    public string Address { get; init; } = "*";

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            yield return $"{nameof(Port)} is {Port}; it has to be from 1 to {IPEndPoint.MaxPort}, or 0 for any free one.";
        }

        if (Address != "*" && !IPAddress.TryParse(Address, out _))
        {
            yield return $"{nameof(Address)} is '{Address}'; it has to be an IP address or '*'.";
        }
    }
}
