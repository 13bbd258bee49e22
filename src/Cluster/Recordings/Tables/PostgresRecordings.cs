using System.Data;
using System.Data.Common;
using DbUp;
using LinqToDB;
using LinqToDB.DataProvider;
using LinqToDB.DataProvider.PostgreSQL;
using Npgsql;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Recordings.Tables;

/// <summary>
/// The journal that several nodes share: in a database of a PostgreSQL server, in a schema of its own. Its connections are none of those
/// that events wait for.
/// </summary>
internal sealed class PostgresRecordings : IRecordingDatabase
{
    /// <summary>The schema, named behind the first one of the address's search path where it has one.</summary>
    public const string Schema = "recordings";

    /// <summary>Connections that write and read at once; who comes later waits for one.</summary>
    public const int ConnectionsMax = 8;

    // Whoever makes the tables holds it. Any number, but always the same.
    private const long MakingTables = 0x5265636F7264;

    // Of the turns, beside a storage's own number.
    private const int Turns = 0x5475726E;

    private static readonly IDataProvider Dialect = PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15);

    private readonly PostgresServer _server;
    private readonly string _schema;

    /// <param name="address">See <see cref="PostgresAddress"/>.</param>
    /// <exception cref="DatabaseUnusableException">It gives no answer, refuses the user, is too old or too new, or not ours.</exception>
    public PostgresRecordings(string address)
    {
        (_schema, var own) = Own(address);
        _server = new PostgresServer(own);
        try
        {
            MakeTables();
        }
        catch (DbException e)
        {
            throw Unusable(e);
        }
    }

    public string Name => _server.Name;

    public bool IsShared => true;

    public async Task<T> ReadAsync<T>(Func<RecordingTables, Task<T>> read)
    {
        await using var connection = await ConnectAsync().ConfigureAwait(false);
        await using var tables = Over(connection);
        await using var moment = await tables.BeginTransactionAsync(IsolationLevel.RepeatableRead).ConfigureAwait(false);
        return await read(tables).ConfigureAwait(false);
    }

    public T ReadAtStart<T>(Func<RecordingTables, T> read)
    {
        using var connection = _server.Connect();
        using var tables = Over(connection);
        tables.CommandTimeout = PostgresServer.StartTimeout;
        return read(tables);
    }

    public async Task<T> WriteAsync<T>(Func<RecordingTables, Task<T>> write)
    {
        await using var connection = await ConnectAsync().ConfigureAwait(false);
        await using var tables = Over(connection);
        await using var transaction = await tables.BeginTransactionAsync(IsolationLevel.ReadCommitted).ConfigureAwait(false);
        var result = await write(tables).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return result;
    }

    /// <summary>Its disk is none of the node's.</summary>
    public Task<T> FreeAsync<T>(Func<RecordingTables, Task<T>> write) => WriteAsync(write);

    public async Task<IAsyncDisposable?> TakeTurnAsync(string storage)
    {
        var connection = await ConnectAsync().ConfigureAwait(false);
        var isTaken = false;
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, hashtext($2))", connection)
            {
                Parameters = { new() { Value = Turns }, new() { Value = storage } },
            };
            isTaken = await command.ExecuteScalarAsync().ConfigureAwait(false) is true;
            return isTaken ? new Turn(connection) : null;
        }
        finally
        {
            if (!isTaken)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>What all nodes take for this name: what the first of them proposed.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read or written.</exception>
    public string Agree(string name, string proposal)
    {
        try
        {
            using var connection = _server.Connect();
            using var command = new NpgsqlCommand("INSERT INTO agreements VALUES ($1, $2) ON CONFLICT DO NOTHING", connection)
            {
                Parameters = { new() { Value = name }, new() { Value = proposal } },
            };
            command.ExecuteNonQuery();
            using var agreed = new NpgsqlCommand("SELECT value FROM agreements WHERE name = $1", connection)
            {
                Parameters = { new() { Value = name } },
            };
            return (string)agreed.ExecuteScalar()!;
        }
        catch (DbException e)
        {
            throw Unusable(e);
        }
    }

    public DatabaseUnusableException Unusable(DbException failure) => _server.Unusable(failure);

    public void Check() => _server.Check();

    public void Dispose() => _server.Dispose();

    /// <summary>Its address: with connections of its own, whose schema is ours.</summary>
    private static (string Schema, string Address) Own(string address)
    {
        if (PostgresAddress.Fault(address) is not null)
        {
            return (Schema, address); // Told by who opens it.
        }

        var read = new NpgsqlConnectionStringBuilder(address);
        var first = read.SearchPath?.Split(',')[0].Trim().Trim('"');
        var schema = string.IsNullOrEmpty(first) ? Schema : $"{first}_{Schema}".ToLowerInvariant();
        read.SearchPath = schema;
        read.MaxPoolSize = ConnectionsMax;
        read.ApplicationName = "streaming recordings";
        return (schema, read.ConnectionString);
    }

    private static RecordingTables Over(NpgsqlConnection connection) =>
        new(new DataOptions().UseConnection(Dialect, connection, disposeConnection: false));

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(_server.ConnectionString);
        try
        {
            await connection.OpenAsync().ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void MakeTables()
    {
        using var connection = _server.Open();
        Execute(connection, $"SELECT pg_advisory_lock({MakingTables})");
        try
        {
            Execute(connection, $"CREATE SCHEMA IF NOT EXISTS \"{_schema}\"");
            MakeTables(connection);
        }
        finally
        {
            Execute(connection, $"SELECT pg_advisory_unlock({MakingTables})");
        }
    }

    private void MakeTables(NpgsqlConnection connection)
    {
        var database = DeployChanges.To.PostgresqlDatabase(_server.ConnectionString)
            .JournalToPostgresqlTable(_schema, TableScripts.Versions);
        if (TableScripts.Run(database, "Postgres") is { } newer)
        {
            throw DatabaseUnusableException.OfServer(
                Name, $"a newer version of this program has made its tables of recordings ({newer}). They were left as they are.");
        }

        using var tables = Over(connection);
        SeeColumns(tables);
    }

    /// <summary>Fails where a table of that name is another program's.</summary>
    private static void SeeColumns(RecordingTables tables)
    {
        _ = tables.Broadcasts.FirstOrDefault();
        _ = tables.Epochs.FirstOrDefault();
        _ = tables.NewestEpochs.FirstOrDefault();
        _ = tables.Periods.FirstOrDefault();
        _ = tables.Boundaries.FirstOrDefault();
        _ = tables.Initializations.FirstOrDefault();
        _ = tables.Segments.FirstOrDefault();
        _ = tables.LetGo.FirstOrDefault();
        _ = tables.Manifests.FirstOrDefault();
        _ = tables.Missing.FirstOrDefault();
        _ = tables.Leaving.FirstOrDefault();
        _ = tables.Orphans.FirstOrDefault();
        _ = tables.Storages.FirstOrDefault();
        _ = tables.Revisions.FirstOrDefault();
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = PostgresServer.StartTimeout };
        command.ExecuteNonQuery();
    }

    private sealed class Turn(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (connection.ConfigureAwait(false))
            {
                try
                {
                    await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
                    await command.ExecuteNonQueryAsync().ConfigureAwait(false);
                }
                catch (DbException)
                {
                    // The connection is broken, and what it had locked is free.
                }
            }
        }
    }
}
