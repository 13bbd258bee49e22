using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Streaming.Cluster.Databases;

/// <summary>A database of a PostgreSQL server: connections to it, from a bounded pool, and what to say when there is none to be had.</summary>
internal sealed class PostgresServer : IDisposable
{
    /// <summary>Seconds that a statement may take that a node begins with, which others' may have to precede.</summary>
    public const int StartTimeout = 60;

    // The one whose dialect Akka.Persistence.Sql is told to speak.
    private static readonly Version Oldest = new(15, 0);

    private readonly NpgsqlConnectionStringBuilder _address;

    /// <exception cref="DatabaseUnusableException">The address cannot be read.</exception>
    public PostgresServer(string address)
    {
        if (PostgresAddress.Fault(address) is { } fault)
        {
            throw DatabaseUnusableException.OfServer("PostgreSQL database", $"its address {fault}.");
        }

        _address = PostgresAddress.Read(address);
        Name = PostgresAddress.NameOf(_address);
        ConnectionString = _address.ConnectionString;
    }

    /// <summary>What it is called where people read it.</summary>
    public string Name { get; }

    /// <summary>The whole address. Connections with the same one share a pool.</summary>
    public string ConnectionString { get; }

    /// <summary>The first connection: sees whether the server is one that can be used.</summary>
    /// <exception cref="DatabaseUnusableException">It is not.</exception>
    public NpgsqlConnection Open()
    {
        var connection = Connect();
        try
        {
            if (connection.PostgreSqlVersion < Oldest)
            {
                throw DatabaseUnusableException.OfServer(
                    Name, $"the server is PostgreSQL {connection.PostgreSqlVersion}, and has to be {Oldest.Major} or newer.");
            }

            SeeThatItIsWritten(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection of the pool.</summary>
    /// <exception cref="DatabaseUnusableException">There is none to be had.</exception>
    public NpgsqlConnection Connect()
    {
        var connection = default(NpgsqlConnection);
        try
        {
            connection = new NpgsqlConnection(ConnectionString);
            connection.Open();
            return connection;
        }
        catch (Exception e)
        {
            connection?.Dispose();
            throw IsFailure(e) ? Unusable(e) : e;
        }
    }

    /// <summary>Sees whether the server answers, and takes what is written.</summary>
    /// <exception cref="DatabaseUnusableException">It does not.</exception>
    public void Check()
    {
        using var connection = Connect();
        SeeThatItIsWritten(connection);
    }

    /// <summary>What to tell people of a failure: what the server says, or that it says nothing. Neither holds a password.</summary>
    public DatabaseUnusableException Unusable(Exception failure) => DatabaseUnusableException.OfServer(Name, failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedTable } said =>
            $"its tables are of another version or program ({said.MessageText}). They were left as they are.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } said =>
            $"{said.MessageText}. The user {_address.Username} has to own it, or be granted what is missing.",
        PostgresException said => $"the server says: {said.MessageText} ({said.SqlState}).",
        _ when failure.GetBaseException() is TimeoutException => $"the server gives no answer within {_address.Timeout} s.",
        _ when failure.GetBaseException() is SocketException socket => $"there is no server to be reached ({socket.Message}).",
        _ => failure.Message,
    }, failure);

    public void Dispose()
    {
        using var pooled = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(pooled);
    }

    private void SeeThatItIsWritten(NpgsqlConnection connection)
    {
        try
        {
            using var command = new NpgsqlCommand("SHOW transaction_read_only", connection);
            if (command.ExecuteScalar() is "on")
            {
                throw DatabaseUnusableException.OfServer(
                    Name, "the server takes nothing that is written: it is a standby, or set to read only.");
            }
        }
        catch (DbException e)
        {
            throw Unusable(e);
        }
    }

    private static bool IsFailure(Exception e) =>
        e is DbException or SocketException or IOException or TimeoutException or AuthenticationException
            or ArgumentException or NotSupportedException or InvalidOperationException;
}
