using System.Data.Common;
using DbUp;
using DbUp.Sqlite;
using DbUp.Sqlite.Helpers;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.DataProvider;
using LinqToDB.DataProvider.SQLite;
using Microsoft.Data.Sqlite;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Recordings.Tables;

/// <summary>
/// The journal of a node that is alone: a file in its data folder. What writes waits for others that do, as a rule for some tens of
/// microseconds; what reads has a connection of its own, waits for nobody, and nobody waits for it.
/// </summary>
/// <remarks>
/// Synchronous = NORMAL: a commit is safe from a crash of the node, and waits for no disk. A loss of power may cost the
/// newest commits, as it may cost the newest files, which nobody waits for either; what is left is a shorter journal.
/// </remarks>
internal sealed class SqliteRecordings : IRecordingDatabase
{
    private static readonly IDataProvider Dialect = SQLiteTools.GetDataProvider(SQLiteProvider.Microsoft);

    private readonly Database _database;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly RecordingTables _written;

    /// <param name="path">The database file; made when missing.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, of a newer version, or another program's.</exception>
    public SqliteRecordings(string path)
    {
        Name = path;
        _database = Database.Open(path, MakeTables, synchronous: "NORMAL");
        _written = Over(_database.Connection);
    }

    public string Name { get; }

    public bool IsShared => false;

    public async Task<T> ReadAsync<T>(Func<RecordingTables, Task<T>> read)
    {
        using var connection = _database.Read();
        await using var tables = Over(connection);
        await tables.ExecuteAsync("BEGIN").ConfigureAwait(false); // It ends with the connection.
        return await read(tables).ConfigureAwait(false);
    }

    public T ReadAtStart<T>(Func<RecordingTables, T> read)
    {
        using var connection = _database.Read();
        using var tables = Over(connection);
        return read(tables);
    }

    public async Task<T> WriteAsync<T>(Func<RecordingTables, Task<T>> write)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            return await _database.AtOnceAsync(() => write(_written)).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task<T> FreeAsync<T>(Func<RecordingTables, Task<T>> write)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            return await _database.WithSpareSpaceAsync(() => _database.AtOnceAsync(() => write(_written))).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>There is nobody else.</summary>
    public Task<IAsyncDisposable?> TakeTurnAsync(string storage) => Task.FromResult<IAsyncDisposable?>(new Turn());

    public DatabaseUnusableException Unusable(DbException failure) => new(Name, failure);

    public void Check() => _database.Check();

    public void Dispose()
    {
        _written.Dispose();
        _database.Dispose();
        _writing.Dispose();
    }

    private static RecordingTables Over(SqliteConnection connection) =>
        new(new DataOptions().UseConnection(Dialect, connection, disposeConnection: false));

    private void MakeTables(SqliteConnection connection)
    {
        var database = DeployChanges.To.SqliteDatabase(new SharedConnection(connection))
            .JournalTo((connections, log) => new SqliteTableJournal(connections, log, TableScripts.Versions));
        if (TableScripts.Run(database, "Sqlite") is { } newer)
        {
            throw new DatabaseUnusableException(Name, $"a newer version of this program has used it ({newer}).");
        }
    }

    private sealed class Turn : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
