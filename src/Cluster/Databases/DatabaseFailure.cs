using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Streaming.Cluster.Databases;

/// <summary>What a database's failure means. SQLite's result codes, and PostgreSQL's.</summary>
public static class DatabaseFailure
{
    private const int Error = 1;
    private const int InputOrOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The database itself is broken: trying again does not help.</summary>
    public static bool IsDamage(DbException failure) =>
        failure is SqliteException { SqliteErrorCode: Error or Corrupt or NotADatabase };

    /// <summary>A database says it, whatever it is wrapped in.</summary>
    public static bool IsOfDatabase(Exception failure) => Reason(failure) is DbException;

    /// <summary>The disk has no room for a change.</summary>
    public static bool IsFull(DbException failure) =>
        failure is SqliteException { SqliteErrorCode: Full } or PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>The same of what a failure of a database lies in.</summary>
    public static bool IsFull(Exception failure) => Reason(failure) is DbException reason && IsFull(reason);

    /// <summary>
    /// A change may have been stored all the same: the server went away, or said nothing in time, while it was about it. SQLite is no
    /// server, and one that was never reached has stored nothing.
    /// </summary>
    public static bool IsInDoubt(Exception failure) => Reason(failure) switch
    {
        PostgresException said => said.SqlState.StartsWith("57", StringComparison.Ordinal) // Operator intervention.
            || said.SqlState is PostgresErrorCodes.StatementCompletionUnknown,
        NpgsqlException lost => lost.GetBaseException() is not SocketException
        {
            SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable
                or SocketError.AddressNotAvailable or SocketError.NetworkUnreachable,
        },
        TimeoutException => true,
        _ => false,
    };

    /// <summary>A failure in a sentence.</summary>
    public static string Words(Exception failure) => Reason(failure) switch
    {
        PostgresException said => $"The database says: {said.MessageText}.",
        NpgsqlException lost => $"The database gives no answer: {lost.GetBaseException().Message}",
        var other => other.Message,
    };

    /// <summary>What opening a database fails with where the disk has no room for its log and index.</summary>
    internal static bool MayBeFull(DbException failure) =>
        failure is SqliteException { SqliteErrorCode: Full or InputOrOutput or CannotOpen };

    /// <summary>What the database's own library says, or what is deepest.</summary>
    private static Exception Reason(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException)
            {
                return inner;
            }
        }

        return failure.GetBaseException();
    }
}
