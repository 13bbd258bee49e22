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

    private const string OfPrefix = "substr(persistence_id, 1, length($prefix)) = $prefix";

    private readonly Database _database;

    /// <param name="path">The database file; made when missing.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, or another program's.</exception>
    public EventJournal(string path)
    {
        Path = path;
        _database = Database.Open(path, Schema, synchronous: "FULL");
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }.ToString();
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>How Akka.Persistence.Sql gets to it.</summary>
    public string ConnectionString { get; }

    /// <summary>The place of the newest event of entities whose name begins so; 0 without any.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public long Newest(string prefix) => Usable(() =>
    {
        using var connection = _database.Read();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT max(ordering) FROM journal WHERE {OfPrefix}";
        command.Parameters.AddWithValue("$prefix", prefix);
        return command.ExecuteScalar() as long? ?? 0;
    });

    /// <summary>The number of an entity's newest event; 0 without any.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public long Highest(string persistenceId) => Usable(() =>
    {
        using var connection = _database.Read();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT max(sequence_number) FROM journal WHERE persistence_id = $id";
        command.Parameters.AddWithValue("$id", persistenceId);
        return command.ExecuteScalar() as long? ?? 0;
    });

    /// <summary>Events of entities whose name begins so, in the order in which they were stored.</summary>
    /// <param name="prefix">The beginning of their names.</param>
    /// <param name="after">The place after which they begin.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public IReadOnlyList<StoredEvent> Read(string prefix, long after) => Usable(() =>
    {
        using var connection = _database.Read();
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT ordering, persistence_id, sequence_number, manifest, message FROM journal
            WHERE ordering > $after AND {OfPrefix} ORDER BY ordering
            """;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$prefix", prefix);
        using var rows = command.ExecuteReader();
        var events = new List<StoredEvent>();
        while (rows.Read())
        {
            events.Add(new(
                rows.GetInt64(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3), rows.GetFieldValue<byte[]>(4)));
        }

        return events;
    });

    /// <summary>Stores events for entities, all of them or none. Before there are actors.</summary>
    /// <param name="events">The events; they get their place here.</param>
    /// <param name="serializerId">The serializer that wrote them.</param>
    /// <exception cref="DatabaseUnusableException">It does not take them.</exception>
    public void Append(IEnumerable<StoredEvent> events, int serializerId) => Usable(() => _database.AtOnce(() =>
    {
        using var command = _database.Connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES ($created, 0, $id, $number, $message, $manifest, $serializer, '')
            """;
        foreach (var stored in events)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$created", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue("$id", stored.PersistenceId);
            command.Parameters.AddWithValue("$number", stored.SequenceNr);
            command.Parameters.AddWithValue("$message", stored.Bytes);
            command.Parameters.AddWithValue("$manifest", stored.Manifest);
            command.Parameters.AddWithValue("$serializer", serializerId);
            command.ExecuteNonQuery();
        }
    }));

    /// <summary>Gives the space to the disk that is kept for what frees some; false when there is none.</summary>
    public bool GiveSpareSpace() => _database.GiveSpareSpace();

    /// <summary>Keeps it again, if there is room.</summary>
    public void KeepSpareSpace() => _database.KeepSpareSpace();

    /// <summary>Sees whether the database answers and takes what is written.</summary>
    /// <exception cref="DbException">It does not.</exception>
    public void Check() => _database.Check();

    public void Dispose()
    {
        _database.Dispose();
        SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));
    }

    private void Usable(Action use) => Usable(() =>
    {
        use();
        return true;
    });

    private T Usable<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (DbException e)
        {
            throw new DatabaseUnusableException(Path, e);
        }
    }
}
