using System.Data.Common;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Where <see cref="EventJournal"/> has its tables: a file of this node (<see cref="SqliteEvents"/>), or a server that other nodes use too
/// (<see cref="PostgresEvents"/>). Both take the same statements, but for those that make the tables.
/// </summary>
internal interface IEventDatabase : IDisposable
{
    /// <summary>What it is called where people read it: a path, or a server and its database. Without a password.</summary>
    string Name { get; }

    /// <summary>Other nodes write to it, too.</summary>
    bool IsShared { get; }

    /// <summary>linq2db's name for its dialect.</summary>
    string Provider { get; }

    /// <summary>How Akka.Persistence.Sql gets to it. It may hold a password: told nobody.</summary>
    string ConnectionString { get; }

    /// <summary>A connection of its own, for one reader or writer.</summary>
    /// <exception cref="DatabaseUnusableException">There is none to be had; a <see cref="DbException"/> says the same.</exception>
    DbConnection Connect();

    /// <summary>Keeps everybody else from storing events until the transaction ends.</summary>
    void KeepOthersOut(DbTransaction transaction);

    /// <summary>What to tell people of a failure.</summary>
    DatabaseUnusableException Unusable(DbException failure);

    /// <summary>What to tell people of content that cannot be read.</summary>
    DatabaseUnusableException Unusable(string reason, Exception inner);

    /// <summary>Sees whether it answers and takes what is written.</summary>
    /// <exception cref="DatabaseUnusableException">It does not; a <see cref="DbException"/> says the same.</exception>
    void Check();

    /// <summary>See <see cref="EventJournal.GiveSpareSpace"/>.</summary>
    bool GiveSpareSpace();

    /// <summary>See <see cref="EventJournal.KeepSpareSpace"/>.</summary>
    void KeepSpareSpace();
}
