using LinqToDB;
using LinqToDB.Async;
using Streaming.Cluster.Recordings.Tables;

namespace Streaming.Cluster.Recordings;

/// <content>
/// Broadcasts whose media is to be deleted: known to be, from before the first file goes until the last one has gone. They are
/// recordings no longer, also after a crash in between, or where the storage is away for days.
/// </content>
public sealed partial class RecordingJournal
{
    /// <summary>Notes that a broadcast is to go. Possible on a full disk too: it is what makes room.</summary>
    public Task LeaveAsync(string id) => _database.FreeAsync(async tables =>
    {
        await tables.AddAsync(new LeavingRow { Broadcast = id }).ConfigureAwait(false);
        return await ReviseAsync(tables).ConfigureAwait(false);
    });

    /// <summary>Notes that all broadcasts of a channel are to go, those under way included.</summary>
    public Task LeaveChannelAsync(string channel) => _database.FreeAsync(async tables =>
    {
        var ids = await tables.Broadcasts.Where(row => row.Channel == channel).Select(row => row.Id).ToListAsync().ConfigureAwait(false);
        foreach (var id in ids)
        {
            await tables.AddAsync(new LeavingRow { Broadcast = id }).ConfigureAwait(false);
        }

        return await ReviseAsync(tables).ConfigureAwait(false);
    });

    /// <summary>
    /// The broadcasts that are to go and of which this node's storage may have media, and whether they have ended: others may be
    /// under way.
    /// </summary>
    public Task<IReadOnlyList<(string Id, bool HasEnded)>> ReadLeavingAsync() => _database.ReadAsync(async tables =>
    {
        var found = await (
            from leaving in tables.Leaving
            where tables.Storages.Any(row => row.Broadcast == leaving.Broadcast && row.Storage == Storage)
                || !tables.Storages.Any(row => row.Broadcast == leaving.Broadcast)
            orderby leaving.Broadcast
            select new
            {
                leaving.Broadcast,
                HasEnded = tables.Broadcasts.Any(row => row.Id == leaving.Broadcast && row.EndedAt != null),
            }).ToListAsync().ConfigureAwait(false);
        return (IReadOnlyList<(string, bool)>)[.. found.Select(static row => (row.Broadcast, row.HasEnded))];
    });

    /// <summary>Whether the broadcast is to go.</summary>
    public Task<bool> IsLeavingAsync(string id) => _database.ReadAsync(tables => tables.Leaving.AnyAsync(row => row.Broadcast == id));
}
