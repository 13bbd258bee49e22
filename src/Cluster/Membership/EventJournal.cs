using System.Data.Common;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Membership;

/// <summary>
/// The database of persistent actors' events and snapshots, with the tables of Akka.Persistence.Sql. They are made here rather than by it,
/// so that a database that cannot be used is told before there is an actor, that several nodes may begin at once, and that one sequence
/// number of an entity is given once, whoever asks for it.
/// </summary>
public sealed class EventJournal : IDisposable
{
    /// <summary>The file of a node that is alone, in its data folder.</summary>
    public const string FileName = "events.db";

    private const string OfPrefix = "substr(persistence_id, 1, length(@prefix)) = @prefix";
    private const string AnyOfPrefix = $"SELECT count(*) FROM (SELECT 1 FROM journal WHERE {OfPrefix} LIMIT 1) AS found";
    private const string Events = "SELECT ordering, persistence_id, sequence_number, manifest, message FROM journal WHERE";

    // Seconds for what reads much, at the start of a node.
    private const int StartTimeout = 60;

    private readonly IEventDatabase _database;

    /// <param name="path">The database file; made when missing.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, or another program's.</exception>
    public EventJournal(string path)
        : this(new SqliteEvents(path))
    {
    }

    private EventJournal(IEventDatabase database) => _database = database;

    /// <summary>What it is called where people read it.</summary>
    public string Name => _database.Name;

    /// <summary>Other nodes store their events in it, too.</summary>
    public bool IsShared => _database.IsShared;

    /// <summary>linq2db's name for the database's dialect.</summary>
    internal string Provider => _database.Provider;

    /// <summary>How Akka.Persistence.Sql gets to it. It may hold a password: told nobody.</summary>
    internal string ConnectionString => _database.ConnectionString;

    /// <summary>The journal of a node: on the server that it is told of, else in its data folder.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="server">How to get to a PostgreSQL database, see <see cref="PostgresAddress"/>; null or empty for none.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be used; the message says why.</exception>
    public static EventJournal Open(string folder, string? server) =>
        string.IsNullOrEmpty(server) ? new(Path.Combine(folder, FileName)) : OnServer(server);

    /// <summary>A journal in a PostgreSQL database.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be used; the message says why.</exception>
    public static EventJournal OnServer(string connectionString) => new(new PostgresEvents(connectionString));

    /// <summary>The place of the newest event; 0 without any.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public long NewestOfAll => Usable(() =>
    {
        using var connection = _database.Connect();
        using var command = Command(connection, "SELECT max(ordering) FROM journal");
        return command.ExecuteScalar() as long? ?? 0;
    });

    /// <summary>The place of the newest event of entities whose name begins so; 0 without any.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public long Newest(string prefix) => Usable(() =>
    {
        using var connection = _database.Connect();
        using var command = Command(connection, $"SELECT max(ordering) FROM journal WHERE {OfPrefix}", ("@prefix", prefix));
        return command.ExecuteScalar() as long? ?? 0;
    });

    /// <summary>Events of entities whose name begins so, in the order in which they were stored.</summary>
    /// <param name="prefix">The beginning of their names.</param>
    /// <param name="after">The place after which they begin.</param>
    /// <param name="leftOut">Manifests of events that nobody wants.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public IReadOnlyList<StoredEvent> Read(string prefix, long after, params IReadOnlyList<string> leftOut) => Usable(() =>
    {
        using var connection = _database.Connect();
        var wanted = string.Concat(leftOut.Select((_, index) => $" AND manifest <> @out{index}"));
        using var command = Command(
            connection,
            $"{Events} ordering > @after AND {OfPrefix}{wanted} ORDER BY ordering",
            [("@after", after), ("@prefix", prefix), .. leftOut.Select((manifest, index) => ($"@out{index}", (object)manifest))]);
        command.CommandTimeout = StartTimeout;
        return Read(command);
    });

    /// <summary>All events of one entity, in their order.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public IReadOnlyList<StoredEvent> Of(string persistenceId) => Usable(() =>
    {
        using var connection = _database.Connect();
        using var command = Command(connection, $"{Events} persistence_id = @id ORDER BY sequence_number", ("@id", persistenceId));
        return Read(command);
    });

    /// <summary>
    /// Stores the first events of entities whose name begins so, all of them or none: false where there are some of such entities already.
    /// Of several nodes that do it at once, one does it.
    /// </summary>
    /// <param name="prefix">The beginning of their names.</param>
    /// <param name="events">The events; they get their place here.</param>
    /// <param name="serializerId">The serializer that wrote them.</param>
    /// <exception cref="DatabaseUnusableException">It does not take them.</exception>
    public bool TryBegin(string prefix, IEnumerable<StoredEvent> events, int serializerId) => Usable(() =>
    {
        using var connection = _database.Connect();
        using var transaction = connection.BeginTransaction();
        _database.KeepOthersOut(transaction);
        using (var any = Command(connection, AnyOfPrefix, ("@prefix", prefix)))
        {
            any.Transaction = transaction;
            if (any.ExecuteScalar() is not 0L)
            {
                return false;
            }
        }

        Append(transaction, events, serializerId);
        transaction.Commit();
        return true;
    });

    /// <summary>Stores events for entities that have not begun to, all of them or none. Before there are actors.</summary>
    /// <param name="events">The events; they get their place here.</param>
    /// <param name="serializerId">The serializer that wrote them.</param>
    /// <exception cref="DatabaseUnusableException">It does not take them.</exception>
    public void Append(IEnumerable<StoredEvent> events, int serializerId) => Usable(() =>
    {
        using var connection = _database.Connect();
        using var transaction = connection.BeginTransaction();
        Append(transaction, events, serializerId);
        transaction.Commit();
        return true;
    });

    /// <summary>
    /// Stores those of the events whose number is above all that their entity has, all of them or none. Where an entity is at work on
    /// another node, it fails at its next event, and begins anew after this one.
    /// </summary>
    /// <param name="events">The events; they get their place here.</param>
    /// <param name="serializerId">The serializer that wrote them.</param>
    /// <exception cref="DatabaseUnusableException">It does not take them.</exception>
    public void Lift(IEnumerable<StoredEvent> events, int serializerId) => Usable(() =>
    {
        using var connection = _database.Connect();
        using var transaction = connection.BeginTransaction();
        _database.KeepOthersOut(transaction);
        var higher = events.Where(stored => Highest(transaction, stored.PersistenceId) < stored.SequenceNr).ToList();
        Append(transaction, higher, serializerId);
        transaction.Commit();
        return true;
    });

    /// <summary>What to tell people of events that cannot be read.</summary>
    public DatabaseUnusableException Unusable(string reason, Exception inner) => _database.Unusable(reason, inner);

    /// <summary>Gives the space to the disk that is kept for what frees some; false when there is none.</summary>
    public bool GiveSpareSpace() => _database.GiveSpareSpace();

    /// <summary>Keeps it again, if there is room.</summary>
    public void KeepSpareSpace() => _database.KeepSpareSpace();

    /// <summary>Sees whether the database answers and takes what is written.</summary>
    /// <exception cref="IOException">It does not; a <see cref="DbException"/> says the same.</exception>
    public void Check() => _database.Check();

    public void Dispose() => _database.Dispose();

    private static void Append(DbTransaction transaction, IEnumerable<StoredEvent> events, int serializerId)
    {
        var connection = transaction.Connection!;
        foreach (var stored in events)
        {
            using var command = Command(
                connection,
                """
                INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
                VALUES (@created, FALSE, @id, @number, @message, @manifest, @serializer, '')
                """,
                ("@created", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()),
                ("@id", stored.PersistenceId),
                ("@number", stored.SequenceNr),
                ("@message", stored.Bytes),
                ("@manifest", stored.Manifest),
                ("@serializer", serializerId));
            command.Transaction = transaction;
            command.ExecuteNonQuery();
        }
    }

    private static long Highest(DbTransaction transaction, string persistenceId)
    {
        using var command = Command(
            transaction.Connection!, "SELECT max(sequence_number) FROM journal WHERE persistence_id = @id", ("@id", persistenceId));
        command.Transaction = transaction;
        return command.ExecuteScalar() as long? ?? 0;
    }

    private static List<StoredEvent> Read(DbCommand command)
    {
        using var rows = command.ExecuteReader();
        var events = new List<StoredEvent>();
        while (rows.Read())
        {
            events.Add(new(
                rows.GetInt64(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3), rows.GetFieldValue<byte[]>(4)));
        }

        return events;
    }

    private static DbCommand Command(DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private T Usable<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (DbException e)
        {
            throw _database.Unusable(e);
        }
    }
}
