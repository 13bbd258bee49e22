using System.Data.Common;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Recordings.Tables;

/// <summary>
/// Where the journal of recordings has its tables: a file of this node (<see cref="SqliteRecordings"/>), or a server that other nodes use
/// too (<see cref="PostgresRecordings"/>). Whatever fails is a <see cref="DbException"/>. Safe from any thread.
/// </summary>
internal interface IRecordingDatabase : IDisposable
{
    /// <summary>What it is called where people read it. Without a password.</summary>
    string Name { get; }

    /// <summary>Other nodes write to it, too.</summary>
    bool IsShared { get; }

    /// <summary>Reads all as of one moment. Nobody waits for it.</summary>
    Task<T> ReadAsync<T>(Func<RecordingTables, Task<T>> read);

    /// <summary>The same before the node serves, and waits.</summary>
    T ReadAtStart<T>(Func<RecordingTables, T> read);

    /// <summary>Writes all of it or nothing.</summary>
    Task<T> WriteAsync<T>(Func<RecordingTables, Task<T>> write);

    /// <summary>Writes all of it or nothing, also where the disk is full: it is what makes room.</summary>
    Task<T> FreeAsync<T>(Func<RecordingTables, Task<T>> write);

    /// <summary>
    /// The turn to look after a storage, until it is disposed; null while another node has it. Should it be lost on the way, two nodes
    /// do the same for a moment.
    /// </summary>
    Task<IAsyncDisposable?> TakeTurnAsync(string storage);

    /// <summary>What to tell people of a failure.</summary>
    DatabaseUnusableException Unusable(DbException failure);

    /// <summary>Sees whether it answers and takes what is written.</summary>
    /// <exception cref="DatabaseUnusableException">It does not; a <see cref="DbException"/> says the same.</exception>
    void Check();
}
