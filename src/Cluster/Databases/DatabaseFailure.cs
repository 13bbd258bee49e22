using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Streaming.Cluster.Databases;

/// <summary>What a database's failure means. SQLite's result codes.</summary>
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

    /// <summary>The disk has no room for a change.</summary>
    public static bool IsFull(DbException failure) => failure is SqliteException { SqliteErrorCode: Full };

    /// <summary>What opening a database fails with where the disk has no room for its log and index.</summary>
    internal static bool MayBeFull(DbException failure) =>
        failure is SqliteException { SqliteErrorCode: Full or InputOrOutput or CannotOpen };
}
