using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;
using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Gateway.Configuration;

/// <summary>How nodes work together. A node that is told of no other is a cluster of one.</summary>
public sealed record ClusterOptions
{
    private const string InProcess = "in-process";
    private const string NoHost = $"{nameof(SeedNodes)} needs {nameof(Host)}: the address by which the others reach this node.";

    /// <summary>
    /// Name or IP address by which the other nodes reach this one; it listens there for them, and nowhere else. Unset or empty, the node is
    /// alone, and listens to no other.
    /// </summary>
    public string Host { get; init; } = "";

    /// <summary>TCP port of messages between nodes, default 4053; 0 for any free one, of a node that is no seed.</summary>
    public int Port { get; init; } = 4053;

    /// <summary>
    /// Nodes that this one asks to let it in, <c>host:port,host:port</c>, by their own <see cref="Host"/> and <see cref="Port"/>: two or three
    /// that are always there, the same on all nodes. The first of them begins the cluster. Unset or empty, this node begins one.
    /// </summary>
    public string SeedNodes { get; init; } = "";

    /// <summary>
    /// What all nodes of the cluster know, and nobody else: 32 to 1,024 characters, such as <c>openssl rand -hex 32</c> makes. Who does not
    /// know it is not let in.
    /// </summary>
    public string Secret { get; init; } = "";

    /// <summary>
    /// TCP port at which other nodes follow this one's broadcasts, default 4054; 0 for any free one. HTTP/2 without TLS: for a network of the
    /// cluster's own.
    /// </summary>
    public int MediaPort { get; init; } = 4054;

    /// <summary>Of older files, which had to say <c>in-process</c>. There is nothing to choose any more.</summary>
    public string Engine { get; init; } = InProcess;

    /// <summary>
    /// How to get to the PostgreSQL database (15 or newer) that has the events of channels and the journal of recordings, in Npgsql's words:
    /// <c>Host=…;Port=5432;Database=…;Username=…;Password=…</c>. Unset or empty, they are in <c>events.db</c> and <c>recordings.db</c> of
    /// the data folder, which need no server, and no other node can share. Timeouts and the size of the pool are <see cref="PostgresAddress"/>'s unless it says
    /// otherwise. It may hold a password: on the command line every account of the machine can read it.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>Where others reach this node; null when it is alone.</summary>
    internal ClusterNetwork? ForMembership() =>
        Host.Length == 0 ? null : new(Host, Port, [.. Seeds().Select(Read).OfType<NodeAddress>()], Secret);

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Engine != InProcess)
        {
            yield return $"{nameof(Engine)} is '{Engine}'; it may be left out, or '{InProcess}' as in older files.";
        }

        if (!string.IsNullOrEmpty(Database) && PostgresAddress.Fault(Database) is { } fault)
        {
            yield return $"{nameof(Database)} {fault}.";
        }

        if (Outside(Port, 0, ushort.MaxValue, nameof(Port)) is { } port)
        {
            yield return port;
        }

        if (Secret.Length is not 0 and (< ClusterSecret.LengthMin or > ClusterSecret.LengthMax))
        {
            yield return $"{nameof(Secret)} has {Secret.Length} characters; it has to have {ClusterSecret.LengthMin} to "
                + $"{ClusterSecret.LengthMax}, such as 'openssl rand -hex 32' makes.";
        }

        foreach (var seed in Seeds().Where(static seed => Read(seed) is null))
        {
            yield return $"{nameof(SeedNodes)} has '{seed}'; each has to be host:port.";
        }

        foreach (var problem in Host.Length > 0 ? OfMany() : Seeds() is [] ? [] : [NoHost])
        {
            yield return problem;
        }

        if (Outside(MediaPort, 0, ushort.MaxValue, nameof(MediaPort)) is { } mediaPort)
        {
            yield return mediaPort;
        }

        if (MediaPort == Port && Port != 0)
        {
            yield return $"{nameof(Port)} and {nameof(MediaPort)} are both {Port}; they have to differ.";
        }
    }

    /// <summary>What nodes need that are not alone.</summary>
    private IEnumerable<string> OfMany()
    {
        if (!NodeAddress.IsHost(Host))
        {
            yield return $"{nameof(Host)} is '{Host}'; it has to be the name or IP address of this node, without a port.";
        }

        if (Secret.Length == 0)
        {
            yield return $"{nameof(Host)} needs {nameof(Secret)}, the same on all nodes, such as 'openssl rand -hex 32' makes.";
        }

        if (string.IsNullOrEmpty(Database))
        {
            yield return $"{nameof(Host)} needs {nameof(Database)}: nodes share their channels in a PostgreSQL database.";
        }
    }

    private string[] Seeds() => SeedNodes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static NodeAddress? Read(string seed) => NodeAddress.TryParse(seed, out var address) ? address : null;
}
