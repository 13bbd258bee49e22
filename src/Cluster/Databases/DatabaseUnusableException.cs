using System.Data.Common;

namespace Streaming.Cluster.Databases;

/// <summary>A database cannot be opened, read, or is another one's: the node does not start with it, and leaves it as it is.</summary>
public sealed class DatabaseUnusableException : IOException
{
    /// <summary>The database is not what it should be.</summary>
    public DatabaseUnusableException(string path, string reason, Exception? inner = null)
        : base(
            $"The database {path} cannot be used: {reason} It was left as it is, and so were all media. Put a copy of it back; or move "
            + "it away together with its -wal and -shm files, and the node begins without what was in it.",
            inner)
    {
    }

    /// <summary>The database failed: it is damaged, or what it is on takes or gives nothing.</summary>
    public DatabaseUnusableException(string path, DbException failure)
        : base(
            DatabaseFailure.IsDamage(failure)
                ? new DatabaseUnusableException(path, failure.Message).Message
                : $"The database {path} cannot be used now: {failure.Message} See whether its disk is full (a few hundred kB are needed), "
                    + "or read-only, or whether another server uses it; nothing was changed.",
            failure)
    {
    }

    private DatabaseUnusableException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    /// <summary>A database of a server cannot be used. Nothing was changed in it.</summary>
    /// <param name="name">The database, as <see cref="PostgresAddress"/> names it.</param>
    /// <param name="reason">A sentence.</param>
    /// <param name="inner">What went wrong.</param>
    public static DatabaseUnusableException OfServer(string name, string reason, Exception? inner = null) =>
        new($"The {name} cannot be used: {reason}", inner);
}
