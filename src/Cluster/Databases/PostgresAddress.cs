using Npgsql;

namespace Streaming.Cluster.Databases;

/// <summary>
/// How to get to a PostgreSQL database, in Npgsql's words: <c>Host=…;Port=…;Database=…;Username=…;Password=…</c>. It may hold a password,
/// so neither it nor what cannot be read in it is told anybody.
/// </summary>
public static class PostgresAddress
{
    /// <summary>
    /// What holds unless the address says otherwise. A connection is made within 2 s, a command answered within 2; where it is not, the
    /// server is asked to give it up, which may take 2 more, and the connection ends: all less than a publisher waits for a claim. Each of
    /// these would be twice as long where the server is asked for GSS first. The journal writes with three connections, and each entity
    /// that begins reads with one for a moment: sixteen are plenty, and a server with its usual hundred has room for some nodes. One that
    /// idles is tried every 5 s, so that none is used of a server that was started anew.
    /// </summary>
    internal const string Defaults =
        "Timeout=2;Command Timeout=2;Cancellation Timeout=-1;GSS Encryption Mode=Disable;Keepalive=5;Maximum Pool Size=16;"
        + "Connection Idle Lifetime=60;Application Name=streaming";

    /// <summary>What is wrong with an address, in words that follow its name; null when nothing is.</summary>
    public static string? Fault(string address)
    {
        try
        {
            var read = new NpgsqlConnectionStringBuilder(address);
            return string.IsNullOrEmpty(read.Host) ? "names no Host" : string.IsNullOrEmpty(read.Database) ? "names no Database" : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            return "cannot be read; it has to be like 'Host=localhost;Database=streaming;Username=streaming;Password=…', and a value that "
                + "holds ; or ' or = stands in double quotes";
        }
    }

    /// <exception cref="ArgumentException">It has a <see cref="Fault"/>.</exception>
    internal static NpgsqlConnectionStringBuilder Read(string address) =>
        Fault(address) is { } fault ? throw new ArgumentException($"It {fault}.", nameof(address)) : new($"{Defaults};{address}");

    /// <summary>The database as people know it.</summary>
    internal static string NameOf(NpgsqlConnectionStringBuilder address)
    {
        var server = address.Host!.StartsWith('/') || address.Host.Contains(',', StringComparison.Ordinal)
            ? address.Host
            : FormattableString.Invariant($"{address.Host}:{address.Port}");
        return $"PostgreSQL database '{address.Database}' at {server}";
    }
}
