using Streaming.Cluster.Membership;
using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Gateway.Configuration;

/// <summary>How nodes find each other that are told of no seeds. Configured beside the rest of <see cref="ClusterOptions"/>.</summary>
public sealed record DiscoveryOptions
{
    private const string Seeds = "seeds";
    private const string Config = "config";
    private const string Dns = "dns";

    /// <summary>
    /// <c>seeds</c>: by <see cref="ClusterOptions.SeedNodes"/>, the default. <c>config</c>: by <see cref="DiscoveryEndpoints"/>. <c>dns</c>: by
    /// <see cref="DiscoveryName"/>. Of the latter two no node is special, and all can be started at once.
    /// </summary>
    public string Discovery { get; init; } = Seeds;

    /// <summary>
    /// Nodes that have to find each other before one of them begins a cluster, 1 to 100, default 2. More than half of all keep halves that are
    /// cut off from each other from beginning one each.
    /// </summary>
    public int DiscoveryNodesMin { get; init; } = 2;

    /// <summary>
    /// For <c>config</c>: all nodes, <c>host:port,host:port</c>, by their own <see cref="ClusterOptions.Host"/> and
    /// <see cref="ClusterOptions.MediaPort"/>. A cluster is begun when all of them are there.
    /// </summary>
    public string DiscoveryEndpoints { get; init; } = "";

    /// <summary>
    /// For <c>dns</c>: the name that stands for the addresses of all nodes. All have this node's <see cref="ClusterOptions.MediaPort"/>. A
    /// cluster is begun when all are there that it stands for.
    /// </summary>
    public string DiscoveryName { get; init; } = "";

    /// <summary>How a node finds others; null where it knows seeds, or is alone.</summary>
    /// <param name="mediaPort">Its own.</param>
    internal NodeDiscovery? ForMembership(int mediaPort) => Discovery switch
    {
        Config => new ListedNodes(DiscoveryNodesMin, [.. Endpoints().Select(Read).OfType<NodeAddress>()]),
        Dns => new NamedNodes(DiscoveryNodesMin, DiscoveryName, mediaPort),
        _ => null,
    };

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    /// <param name="cluster">The rest of their group.</param>
    internal IEnumerable<string> Problems(ClusterOptions cluster)
    {
        if (Discovery is not (Seeds or Config or Dns))
        {
            return [$"{nameof(Discovery)} is '{Discovery}'; it has to be {Seeds}, {Config} or {Dns}."];
        }

        return
        [
            .. OfWay(Config, nameof(DiscoveryEndpoints), DiscoveryEndpoints),
            .. OfWay(Dns, nameof(DiscoveryName), DiscoveryName),
            .. OfValues(),
            .. Discovery is Seeds ? [] : OfMany(cluster),
        ];
    }

    /// <summary>What its way needs, or is there for another one.</summary>
    private IEnumerable<string> OfWay(string way, string name, string value)
    {
        if (way == Discovery && value.Length == 0)
        {
            yield return $"{nameof(Discovery)} is '{Discovery}', which needs {name}.";
        }
        else if (way != Discovery && value.Length > 0)
        {
            yield return $"{name} is for {nameof(Discovery)} '{way}', and {nameof(Discovery)} is '{Discovery}'.";
        }
    }

    private IEnumerable<string> OfValues()
    {
        foreach (var endpoint in Endpoints().Where(static endpoint => Read(endpoint) is null))
        {
            yield return $"{nameof(DiscoveryEndpoints)} has '{endpoint}'; each has to be host:port.";
        }

        if (DiscoveryName.Length > 0 && !NodeAddress.IsHost(DiscoveryName))
        {
            yield return $"{nameof(DiscoveryName)} is '{DiscoveryName}'; it has to be a name as the name service knows it, without a port.";
        }

        if (Outside(DiscoveryNodesMin, 1, 100, nameof(DiscoveryNodesMin)) is { } nodes)
        {
            yield return nodes;
        }
    }

    private IEnumerable<string> OfMany(ClusterOptions cluster)
    {
        if (cluster.Host.Length == 0)
        {
            yield return $"{nameof(Discovery)} needs {nameof(ClusterOptions.Host)}: the address by which the others reach this node.";
        }

        if (cluster.SeedNodes.Length > 0)
        {
            yield return $"{nameof(ClusterOptions.SeedNodes)} is for {nameof(Discovery)} '{Seeds}', and {nameof(Discovery)} is '{Discovery}'.";
        }

        if (cluster.MediaPort == 0)
        {
            yield return $"{nameof(ClusterOptions.MediaPort)} is 0, and {nameof(Discovery)} is '{Discovery}': others have to know where to ask.";
        }
    }

    private string[] Endpoints() => DiscoveryEndpoints.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static NodeAddress? Read(string endpoint) => NodeAddress.TryParse(endpoint, out var address) ? address : null;
}
