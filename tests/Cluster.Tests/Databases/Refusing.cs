using Microsoft.Data.Sqlite;

namespace Streaming.Cluster.Tests.Databases;

/// <summary>Another connection to a database that makes it refuse, or holds its lock, until it is disposed.</summary>
internal sealed class Refusing : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _undo;

    private Refusing(string path, string refuse, string undo)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        _undo = undo;
        Execute(refuse);
    }

    /// <summary>The database refuses that kind of change of a table.</summary>
    public static Refusing Changes(string path, string change, string table) => new(
        path,
        $"CREATE TRIGGER refusing BEFORE {change} ON {table} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END",
        "DROP TRIGGER refusing");

    /// <summary>Whoever writes waits.</summary>
    public static Refusing Lock(string path) => new(path, "BEGIN IMMEDIATE", "ROLLBACK");

    public void Dispose()
    {
        Execute(_undo);
        _connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
