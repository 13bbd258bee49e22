using System.Net;
using System.Net.Sockets;

namespace Streaming.Cluster.Membership;

/// <summary>
/// How a node finds others where it is told of no seed: see <see cref="ClusterSearch"/> for what it does with them. Nodes are found by where
/// they are asked (<see cref="AskContact"/>), which is not where they send each other messages.
/// </summary>
/// <param name="NodesMin">Nodes that have to be there before one of them begins a cluster.</param>
public abstract record NodeDiscovery(int NodesMin)
{
    /// <summary>Those that there are now, this one among them.</summary>
    /// <exception cref="SocketException">The name service does not know.</exception>
    internal abstract Task<IReadOnlySet<NodeAddress>> FindAsync(CancellationToken cancellationToken);
}

/// <summary>Nodes of a list, the same on all of them.</summary>
/// <param name="NodesMin">Nodes that have to be there before one of them begins a cluster.</param>
/// <param name="Nodes">All of them.</param>
public sealed record ListedNodes(int NodesMin, IReadOnlyList<NodeAddress> Nodes) : NodeDiscovery(NodesMin)
{
    internal override Task<IReadOnlySet<NodeAddress>> FindAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<NodeAddress>>(Nodes.ToHashSet());
}

/// <summary>Nodes by a name that stands for the addresses of all of them.</summary>
/// <param name="NodesMin">Nodes that have to be there before one of them begins a cluster.</param>
/// <param name="Name">As the name service knows it.</param>
/// <param name="Port">The same of all: a name has addresses and no ports.</param>
public sealed record NamedNodes(int NodesMin, string Name, int Port) : NodeDiscovery(NodesMin)
{
    internal override async Task<IReadOnlySet<NodeAddress>> FindAsync(CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(Name, cancellationToken).ConfigureAwait(false);
        return addresses.Select(address => new NodeAddress(
            address.AddressFamily is AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString(), Port)).ToHashSet();
    }
}
