using System.Data.Common;
using LinqToDB;
using Microsoft.Data.Sqlite;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Membership;

/// <summary>The events of a node that is alone: a file in its data folder.</summary>
internal sealed class SqliteEvents : IEventDatabase
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS journal (
            ordering INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL, deleted INTEGER NOT NULL,
            persistence_id TEXT NOT NULL, sequence_number INTEGER NOT NULL, message BLOB NOT NULL, manifest TEXT,
            identifier INTEGER, writer_uuid TEXT, UNIQUE (persistence_id, sequence_number)
        ) STRICT;
        CREATE TABLE IF NOT EXISTS tags (
            ordering_id INTEGER NOT NULL, tag TEXT NOT NULL, sequence_nr INTEGER NOT NULL, persistence_id TEXT NOT NULL,
            PRIMARY KEY (ordering_id, tag)
        ) STRICT;
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id TEXT NOT NULL, sequence_number INTEGER NOT NULL, created INTEGER NOT NULL, snapshot BLOB,
            manifest TEXT, serializer_id INTEGER, PRIMARY KEY (persistence_id, sequence_number)
        ) STRICT;
        """;

    private readonly Database _database;

    /// <param name="path">The database file; made when missing.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, or another program's.</exception>
    public SqliteEvents(string path)
    {
        Name = path;
        _database = Database.Open(path, Schema, synchronous: "FULL");
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }.ToString();
    }

    public string Name { get; }

    public bool IsShared => false;

    public string Provider => ProviderName.SQLiteMS;

    public string ConnectionString { get; }

    public DbConnection Connect() => _database.Connect();

    /// <summary>The file has one writer at a time, and before there are actors there is no other.</summary>
    public void KeepOthersOut(DbTransaction transaction)
    {
    }

    public DatabaseUnusableException Unusable(DbException failure) => new(Name, failure);

    public DatabaseUnusableException Unusable(string reason, Exception inner) => new(Name, reason, inner);

    public void Check() => _database.Check();

    public bool GiveSpareSpace() => _database.GiveSpareSpace();

    public void KeepSpareSpace() => _database.KeepSpareSpace();

    public void Dispose()
    {
        _database.Dispose();
        using var pooled = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(pooled);
    }
}
