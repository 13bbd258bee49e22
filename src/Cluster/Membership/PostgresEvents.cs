using System.Data.Common;
using LinqToDB;
using Npgsql;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Membership;

/// <summary>The events of several nodes: in a database of a PostgreSQL server, in the first schema of the user's search path.</summary>
internal sealed class PostgresEvents : IEventDatabase
{
    // Columns as Akka.Persistence.Sql would make them.
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS journal (
            ordering BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, created BIGINT NOT NULL, deleted BOOLEAN NOT NULL,
            persistence_id VARCHAR(255) NOT NULL, sequence_number BIGINT NOT NULL, message BYTEA NOT NULL, manifest VARCHAR(500),
            identifier INTEGER, writer_uuid VARCHAR(128), UNIQUE (persistence_id, sequence_number)
        );
        CREATE TABLE IF NOT EXISTS tags (
            ordering_id BIGINT NOT NULL, tag VARCHAR(64) NOT NULL, sequence_nr BIGINT NOT NULL, persistence_id VARCHAR(255) NOT NULL,
            PRIMARY KEY (ordering_id, tag)
        );
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id VARCHAR(255) NOT NULL, sequence_number BIGINT NOT NULL, created BIGINT NOT NULL, snapshot BYTEA,
            manifest VARCHAR(500), serializer_id INTEGER, PRIMARY KEY (persistence_id, sequence_number)
        );
        """;

    private const string AreMade = "SELECT to_regclass('journal') IS NOT NULL AND to_regclass('snapshot') IS NOT NULL";

    // Fails where a table of that name is another program's.
    private const string Columns =
        """
        SELECT ordering, created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid
        FROM journal WHERE false;
        SELECT ordering_id, tag, sequence_nr, persistence_id FROM tags WHERE false;
        SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot WHERE false
        """;

    // Whoever makes the tables holds it: CREATE TABLE IF NOT EXISTS is not safe against another one. Any number, but always the same.
    private const long MakingTables = 0x53747265616D;

    private readonly PostgresServer _server;

    /// <param name="connectionString">See <see cref="PostgresAddress"/>.</param>
    /// <exception cref="DatabaseUnusableException">It gives no answer, refuses the user, is too old, or not ours.</exception>
    public PostgresEvents(string connectionString)
    {
        _server = new PostgresServer(connectionString);
        try
        {
            using var connection = _server.Open();
            MakeTables(connection);
        }
        catch (DbException e)
        {
            throw Unusable(e);
        }
    }

    public string Name => _server.Name;

    public bool IsShared => true;

    public string Provider => ProviderName.PostgreSQL15;

    public string ConnectionString => _server.ConnectionString;

    public DbConnection Connect() => _server.Connect();

    public void KeepOthersOut(DbTransaction transaction)
    {
        using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandTimeout = PostgresServer.StartTimeout;
        command.CommandText = "LOCK TABLE journal IN EXCLUSIVE MODE"; // Readers go on.
        command.ExecuteNonQuery();
    }

    public DatabaseUnusableException Unusable(DbException failure) => _server.Unusable(failure);

    public DatabaseUnusableException Unusable(string reason, Exception inner) => DatabaseUnusableException.OfServer(Name, reason, inner);

    public void Check() => _server.Check();

    /// <summary>Its disk is none of the node's.</summary>
    public bool GiveSpareSpace() => false;

    public void KeepSpareSpace()
    {
    }

    public void Dispose() => _server.Dispose();

    private static void MakeTables(NpgsqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = PostgresServer.StartTimeout;
        command.CommandText = AreMade;
        if (command.ExecuteScalar() is not true)
        {
            using var transaction = connection.BeginTransaction();
            command.CommandText = $"SELECT pg_advisory_xact_lock({MakingTables})";
            command.ExecuteNonQuery();
            command.CommandText = Schema;
            command.ExecuteNonQuery();
            transaction.Commit();
        }

        command.CommandText = Columns;
        command.ExecuteNonQuery();
    }
}
