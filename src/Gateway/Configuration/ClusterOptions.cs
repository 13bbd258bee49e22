using Streaming.Cluster.Databases;

namespace Streaming.Gateway.Configuration;

/// <summary>How nodes work together. A node that is told of no other is a cluster of one.</summary>
public sealed record ClusterOptions
{
    private const string InProcess = "in-process";

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
    }
}
