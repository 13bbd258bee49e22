using Microsoft.Data.Sqlite;

namespace Streaming.Cluster.Recordings;

/// <summary>A prepared statement of the journal, with parameters <c>$1</c> and on.</summary>
internal sealed class JournalStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public JournalStatement(SqliteConnection database, string sql)
    {
        _command = database.CreateCommand();
        _command.CommandText = sql;
    }

    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    public SqliteDataReader Query(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        while (_command.Parameters.Count < values.Length)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = $"${_command.Parameters.Count + 1}" });
        }

        for (var i = 0; i < values.Length; i++)
        {
            var parameter = _command.Parameters[i];
            parameter.ResetSqliteType(); // Else it keeps the type of the value before.
            parameter.Value = values[i] ?? DBNull.Value;
        }
    }
}
