using System.Data.Common;
using Microsoft.Data.Sqlite;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Membership;

/// <summary>
/// The database of persistent actors' events and snapshots, with the tables of Akka.Persistence.Sql. They are made here rather than by it,
/// so that a file that cannot be used is told before there is an actor, and that one sequence number of an entity is given once, whoever
/// asks for it.
/// </summary>
public sealed class EventJournal : IDisposable
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
    public EventJournal(string path)
    {
        _database = Database.Open(path, Schema, synchronous: "FULL");
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }.ToString();
    }

    /// <summary>How Akka.Persistence.Sql gets to it.</summary>
    public string ConnectionString { get; }

    /// <summary>Sees whether the database answers and takes what is written.</summary>
    /// <exception cref="DbException">It does not.</exception>
    public void Check() => _database.Check();

    public void Dispose()
    {
        _database.Dispose();
        SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));
    }
}
