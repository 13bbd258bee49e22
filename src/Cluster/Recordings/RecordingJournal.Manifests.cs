using LinqToDB;
using LinqToDB.Async;
using Streaming.Cluster.Recordings.Tables;

namespace Streaming.Cluster.Recordings;

/// <content>The recordings whose manifests are in storage beside their media.</content>
public sealed partial class RecordingJournal
{
    /// <summary>
    /// Ids of the recordings on this node's storage whose manifests are not there as yet, the one that ended last first.
    /// </summary>
    public Task<IReadOnlyList<string>> ReadWithoutManifestsAsync() => _database.ReadAsync(async tables =>
        (IReadOnlyList<string>)await (
            from broadcast in tables.Broadcasts
            where broadcast.EndedAt != null
                && !tables.Manifests.Any(row => row.Broadcast == broadcast.Id)
                && !tables.Leaving.Any(row => row.Broadcast == broadcast.Id)
                && tables.Storages.Any(row => row.Broadcast == broadcast.Id && row.Storage == Storage)
                && tables.Segments.Any(row => row.Broadcast == broadcast.Id)
            orderby broadcast.EndedAt descending, broadcast.Id
            select broadcast.Id).ToListAsync().ConfigureAwait(false));

    /// <summary>Notes that the manifests of a recording are in storage. Nothing where it is no more.</summary>
    public Task AddManifestsAsync(string id) => _database.WriteAsync(async tables =>
    {
        var isThere = await tables.Broadcasts.AnyAsync(row => row.Id == id).ConfigureAwait(false);
        if (isThere)
        {
            await tables.AddAsync(new ManifestsRow { Broadcast = id }).ConfigureAwait(false);
        }

        return isThere;
    });

    /// <summary>Renditions of a broadcast that has ended, which may have manifests; none of others.</summary>
    public Task<IReadOnlyList<string>> ReadRenditionsAsync(string id) => _database.ReadAsync(async tables =>
        (IReadOnlyList<string>)await (
            from row in tables.Initializations
            where row.Broadcast == id && tables.Broadcasts.Any(broadcast => broadcast.Id == id && broadcast.EndedAt != null)
            group row by row.Rendition into rendition
            orderby rendition.Key
            select rendition.Key).ToListAsync().ConfigureAwait(false));
}
