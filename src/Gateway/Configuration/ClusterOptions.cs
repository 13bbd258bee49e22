using System.Net;
using Streaming.Cluster.Databases;

namespace Streaming.Gateway.Configuration;

/// <summary>How nodes work together. A node that is told of no other is a cluster of one.</summary>
public sealed record ClusterOptions
{
    private const string InProcess = "in-process";

    /// <summary>
    /// Name or IP address by which the other nodes reach this one; it listens there for them. Unset or empty, on every address of the machine.
    /// </summary>
    public string Host { get; init; } = "";

    /// <summary>
    /// TCP port at which other nodes follow this one's broadcasts, or 0 for any free one. Unset, nobody can. HTTP/2 without TLS: for a network of the
    /// cluster's own.
    /// </summary>
    public int? MediaPort { get; init; }

    /// <summary>What all nodes of the cluster know, and nobody else. Who does not know it is not let in.</summary>
    public string Secret { get; init; } = "";

    /// <summary>Of older files, which had to say <c>in-process</c>. There is nothing to choose any more.</summary>
    public string Engine { get; init; } = InProcess;

    /// <summary>
    /// How to get to the PostgreSQL database (15 or newer) that has the events of channels, in Npgsql's words:
    /// <c>Host=…;Port=5432;Database=…;Username=…;Password=…</c>. Unset or empty, they are in <c>events.db</c> of the data folder, which
    /// needs no server, and no other node can share. Timeouts and the size of the pool are <see cref="PostgresAddress"/>'s unless it says
    /// otherwise. It may hold a password: on the command line every account of the machine can read it.
    /// </summary>
    public string? Database { get; init; }

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

        if (MediaPort is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            yield return $"{nameof(MediaPort)} is {MediaPort}; it has to be from 1 to {IPEndPoint.MaxPort}, or 0 for any free one.";
        }

        if (MediaPort is not null && Secret.Length == 0)
        {
            yield return $"{nameof(MediaPort)} needs {nameof(Secret)}, the same on all nodes, such as 'openssl rand -hex 32' makes.";
        }
    }
}
