using System.Globalization;
using System.Net;

namespace Streaming.Chaos;

/// <summary>
/// A network within this machine: a network namespace for each node, and one that routes between them and this machine, where what goes between two
/// nodes can be dropped. Needs root.
/// </summary>
internal sealed class PrivateNetwork : IAsyncDisposable
{
    private const string Subnets = "10.213.0.0/16";
    private const string RouterToMachine = "10.213.0.254";

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"ch{Environment.ProcessId % 100_000}");
    private readonly List<string> _namespaces = [];

    private PrivateNetwork()
    {
    }

    /// <summary>This machine's own address in it.</summary>
    public static IPAddress Self { get; } = IPAddress.Parse("10.213.0.1");

    private string Router => _name + "r";

    /// <summary>A node's address, numbered from 0.</summary>
    public static string AddressOf(int node) => string.Create(CultureInfo.InvariantCulture, $"10.213.{node + 1}.1");

    public static async Task<PrivateNetwork> CreateAsync(int nodes)
    {
        var network = new PrivateNetwork();
        try
        {
            await network.AddRouterAsync();
            for (var node = 0; node < nodes; node++)
            {
                await network.AddAsync(node);
            }

            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a command of <c>ip</c> begins with that runs on the node's host.</summary>
    public string[] On(int node) => ["netns", "exec", NamespaceOf(node)];

    /// <summary>What one sends the other is dropped, both ways, and nobody is told.</summary>
    public Task CutAsync(int one, int other) => RuleAsync("add", one, other);

    public Task MendAsync(int one, int other) => RuleAsync("del", one, other);

    public async ValueTask DisposeAsync()
    {
        foreach (var space in _namespaces)
        {
            await IpAsync("netns", "del", space);
        }
    }

    private async Task AddRouterAsync()
    {
        await AddNamespaceAsync(Router);
        await IpAsync("link", "add", _name, "type", "veth", "peer", "name", "machine", "netns", Router);
        await IpAsync("addr", "add", Self + "/24", "dev", _name);
        await IpAsync("link", "set", _name, "up");
        await IpAsync("-n", Router, "addr", "add", RouterToMachine + "/24", "dev", "machine");
        await IpAsync("-n", Router, "link", "set", "machine", "up");
        await IpAsync("netns", "exec", Router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
        await IpAsync("route", "add", Subnets, "via", RouterToMachine);
    }

    private async Task AddAsync(int node)
    {
        var (host, port) = (NamespaceOf(node), string.Create(CultureInfo.InvariantCulture, $"node{node}"));
        var router = string.Create(CultureInfo.InvariantCulture, $"10.213.{node + 1}.254");
        await AddNamespaceAsync(host);
        await IpAsync("link", "add", port, "netns", Router, "type", "veth", "peer", "name", "eth0", "netns", host);
        await IpAsync("-n", Router, "addr", "add", router + "/24", "dev", port);
        await IpAsync("-n", Router, "link", "set", port, "up");
        await IpAsync("-n", host, "addr", "add", AddressOf(node) + "/24", "dev", "eth0");
        await IpAsync("-n", host, "link", "set", "eth0", "up");
        await IpAsync("-n", host, "link", "set", "lo", "up");
        await IpAsync("-n", host, "route", "add", "default", "via", router);
    }

    private async Task AddNamespaceAsync(string name)
    {
        await IpAsync("netns", "add", name);
        _namespaces.Add(name);
    }

    private async Task RuleAsync(string change, int one, int other)
    {
        await IpAsync("-n", Router, "rule", change, "from", AddressOf(one), "to", AddressOf(other), "blackhole");
        await IpAsync("-n", Router, "rule", change, "from", AddressOf(other), "to", AddressOf(one), "blackhole");
    }

    private string NamespaceOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{_name}n{node}");

    private static Task<string> IpAsync(params string[] arguments) => Shell.RunAsync("ip", arguments);
}
