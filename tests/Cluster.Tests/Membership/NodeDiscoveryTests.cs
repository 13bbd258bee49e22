using System.Net;
using System.Net.Sockets;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>Nodes are found where a list or the name service says.</summary>
public sealed class NodeDiscoveryTests
{
    [Fact]
    public async Task Name_StandsForAllItsAddresses_WithThePortOfAll()
    {
        var found = await new NamedNodes(2, "localhost", 4054).FindAsync(TestContext.Current.CancellationToken);

        var addresses = await Dns.GetHostAddressesAsync("localhost", TestContext.Current.CancellationToken);
        Assert.Equal(addresses.Select(static address => new IPEndPoint(address, 4054).ToString()).Order(), found.Select(static node => node.ToString()).Order());
        Assert.All(found, static node => Assert.True(NodeAddress.TryParse(node.ToString(), out _)));
    }

    [Fact]
    public async Task Name_ThatThereIsNot_IsSaidSo() => await Assert.ThrowsAnyAsync<SocketException>(
        () => new NamedNodes(2, "nobody.invalid", 4054).FindAsync(TestContext.Current.CancellationToken));

    [Fact]
    public async Task List_IsAsItIsTold()
    {
        NodeAddress[] nodes = [new("node-1", 4054), new("node-2", 4054)];

        Assert.Equal(nodes, (await new ListedNodes(2, nodes).FindAsync(TestContext.Current.CancellationToken)).OrderBy(static node => node.Host));
    }
}
