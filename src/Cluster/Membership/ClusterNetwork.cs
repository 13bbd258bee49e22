using Akka.Configuration;

namespace Streaming.Cluster.Membership;

/// <summary>Where the nodes of a cluster reach each other with their messages. No media comes this way.</summary>
/// <param name="Host">Name or IP address by which the others reach this node; it listens there, and nowhere else.</param>
/// <param name="Port">TCP port; 0 for any free one.</param>
/// <param name="Seeds">Nodes that this one asks to let it in; without any it waits for those that ask it.</param>
/// <param name="Secret">What all of them know; see <see cref="ClusterSecret"/>.</param>
/// <param name="Discovery">How it finds others where it knows no seeds; null where it does not look for any.</param>
public sealed record ClusterNetwork(
    string Host, int Port, IReadOnlyList<NodeAddress> Seeds, string Secret, NodeDiscovery? Discovery = null)
{
    // What Akka.Remote calls TCP with TLS in addresses.
    private const string Protocol = "akka.ssl.tcp";

    /// <summary>What Akka.NET is told of it; the secret is not among that.</summary>
    /// <param name="systemName">Name of the actor system, the same on all nodes.</param>
    internal Config ToHocon(string systemName)
    {
        var seeds = string.Join(", ", Seeds.Select(seed => $"\"{Protocol}://{systemName}@{seed}\""));
        return ConfigurationFactory.ParseString(
            $$"""
            akka.remote.enabled-transports = ["akka.remote.dot-netty.tcp"]
            akka.remote.dot-netty.tcp {
              hostname = "{{Host}}"
              public-hostname = "{{Host}}"
              port = {{Port}}
              enable-ssl = true
            }
            akka.cluster.seed-nodes = [{{seeds}}]
            """);
    }
}
