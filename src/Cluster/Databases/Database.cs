using Microsoft.Data.Sqlite;

namespace Streaming.Cluster.Databases;

/// <summary>One of the node's SQLite databases: a connection that writes, and as many that read beside it as are wanted.</summary>
internal sealed class Database : IDisposable
{
    // Seconds that a check waits for another one's transaction.
    private const int CheckTimeout = 2;

    private readonly string _path;
    private readonly SpareSpace _spare;

    private Database(string path, SqliteConnection connection)
    {
        _path = path;
        Connection = connection;
        _spare = new SpareSpace(SpareOf(path));
        _spare.Keep();
    }

    /// <summary>Writes. Its user sees to it that one thread does at a time.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Opens the database file, made when missing, and sees whether it is the one that is expected.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">Its tables, as far as they are not there: <c>CREATE TABLE IF NOT EXISTS</c>.</param>
    /// <param name="synchronous">What a commit waits for: <c>FULL</c> or <c>NORMAL</c>.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be used.</exception>
    public static Database Open(string path, string schema, string synchronous) =>
        Open(path, connection => Execute(connection, schema), synchronous);

    /// <summary>Opens the database file, made when missing, and sees whether it is the one that is expected.</summary>
    /// <param name="path">The file.</param>
    /// <param name="makeTables">Makes its tables, as far as they are not there.</param>
    /// <param name="synchronous">What a commit waits for: <c>FULL</c> or <c>NORMAL</c>.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be used.</exception>
    public static Database Open(string path, Action<SqliteConnection> makeTables, string synchronous)
    {
        while (true)
        {
            try
            {
                return OpenOnce(path, makeTables, synchronous);
            }
            catch (SqliteException e) when (DatabaseFailure.MayBeFull(e) && new SpareSpace(SpareOf(path)).Give())
            {
                // Once more, with the space that was kept for this.
            }
            catch (SqliteException e)
            {
                throw new DatabaseUnusableException(path, e);
            }
        }
    }

    /// <summary>A connection that reads what has been committed, and neither waits for the writer nor makes it wait.</summary>
    public SqliteConnection Read() => Open(SqliteOpenMode.ReadOnly);

    /// <summary>A connection that reads and writes beside the others; of writers one has its turn at a time.</summary>
    public SqliteConnection Connect() => Open(SqliteOpenMode.ReadWrite);

    /// <summary>Does all of it or nothing, in one transaction.</summary>
    public void AtOnce(Action work)
    {
        Execute(Connection, "BEGIN");
        try
        {
            work();
            Execute(Connection, "COMMIT");
        }
        catch
        {
            TryRollBack();
            throw;
        }
    }

    /// <summary>The same, of what is done step by step.</summary>
    public async Task<T> AtOnceAsync<T>(Func<Task<T>> work)
    {
        Execute(Connection, "BEGIN");
        try
        {
            var result = await work().ConfigureAwait(false);
            Execute(Connection, "COMMIT");
            return result;
        }
        catch
        {
            TryRollBack();
            throw;
        }
    }

    /// <summary>
    /// Does what is to free space, and so has to be possible where there is none: a change that the disk is too full for is tried
    /// once more with the space that is kept for it.
    /// </summary>
    public void WithSpareSpace(Action change)
    {
        _spare.Keep();
        try
        {
            change();
        }
        catch (SqliteException e) when (DatabaseFailure.IsFull(e) && _spare.Give())
        {
            change();
        }
    }

    /// <summary>The same, of what is done step by step.</summary>
    public async Task<T> WithSpareSpaceAsync<T>(Func<Task<T>> change)
    {
        _spare.Keep();
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (SqliteException e) when (DatabaseFailure.IsFull(e) && _spare.Give())
        {
            return await change().ConfigureAwait(false);
        }
    }

    /// <summary>Gives the space to the disk that is kept for what frees some; false when there is none.</summary>
    public bool GiveSpareSpace() => _spare.Give();

    /// <summary>Keeps space again, if there is room.</summary>
    public void KeepSpareSpace() => _spare.Keep();

    /// <summary>Sees whether the file is there, can be read, and takes a transaction.</summary>
    /// <exception cref="SqliteException">It does not.</exception>
    public void Check()
    {
        using var connection = Connect(_path, SqliteOpenMode.ReadWrite);
        connection.DefaultTimeout = CheckTimeout;
        connection.Open();
        Execute(connection, "BEGIN IMMEDIATE; SELECT count(*) FROM sqlite_master; ROLLBACK");
    }

    public void Dispose() => Connection.Dispose();

    private static Database OpenOnce(string path, Action<SqliteConnection> makeTables, string synchronous)
    {
        var connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL");
            Execute(connection, $"PRAGMA synchronous = {synchronous}");
            makeTables(connection);
            using var expected = new SqliteConnection("Data Source=:memory:");
            expected.Open();
            makeTables(expected);
            if (Columns(expected).Except(Columns(connection)).FirstOrDefault() is { } missing)
            {
                throw new DatabaseUnusableException(path, $"it has no column {missing}, so it is of another version or program.");
            }

            return new Database(path, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void TryRollBack()
    {
        try
        {
            Execute(Connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has done so itself, as it does where the disk is full. The first reason is the one to tell.
        }
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = Connect(_path, mode);
        connection.Open();
        return connection;
    }

    private static string SpareOf(string path) => path + ".spare";

    private static SqliteConnection Connect(string path, SqliteOpenMode mode) => new(
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = mode }.ToString());

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<string> Columns(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT tables.name || '.' || columns.name || ' ' || columns.type
            FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
            """;
        using var rows = command.ExecuteReader();
        var columns = new List<string>();
        while (rows.Read())
        {
            columns.Add(rows.GetString(0));
        }

        return columns;
    }
}
