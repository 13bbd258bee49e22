using LinqToDB;
using LinqToDB.Async;
using Streaming.Cluster.Recordings.Tables;

namespace Streaming.Cluster.Recordings;

/// <content>
/// Folders of media on this node's storage that no broadcast is known of. How long each has been looked at is added up, look by look:
/// neither a clock that jumps nor a node that was off for a month makes one older.
/// </content>
public sealed partial class RecordingJournal
{
    /// <summary>The orphans are these now, and those that were before are older by <paramref name="passed"/>.</summary>
    public async Task SeeOrphansAsync(IReadOnlyCollection<string> folders, DateTimeOffset now, TimeSpan passed)
    {
        var before = (await ReadOrphansAsync().ConfigureAwait(false)).Select(orphan => orphan.Folder).ToHashSet(StringComparer.Ordinal);
        if (before.Count == 0 && folders.Count == 0)
        {
            return;
        }

        await _database.WriteAsync(async tables =>
        {
            await tables.Orphans.Where(row => row.Storage == Storage)
                .Set(row => row.SeenFor, row => row.SeenFor + passed.Ticks).UpdateAsync().ConfigureAwait(false);
            foreach (var gone in before.Except(folders))
            {
                await tables.Orphans.Where(row => row.Storage == Storage && row.Folder == gone).DeleteAsync().ConfigureAwait(false);
            }

            foreach (var found in folders.Except(before))
            {
                await tables.InsertAsync(new OrphanRow { Storage = Storage, Folder = found, SeenAt = now.UtcTicks, SeenFor = 0 })
                    .ConfigureAwait(false);
            }

            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>The orphans as they were last seen, by name.</summary>
    public Task<IReadOnlyList<Orphan>> ReadOrphansAsync() => _database.ReadAsync(async tables =>
    {
        var rows = await tables.Orphans.Where(row => row.Storage == Storage).ToListAsync().ConfigureAwait(false);
        return (IReadOnlyList<Orphan>)
        [
            .. rows.OrderBy(static row => row.Folder, StringComparer.Ordinal)
                .Select(static row => new Orphan(row.Folder, Time(row.SeenAt), new TimeSpan(row.SeenFor))),
        ];
    });

    /// <summary>An orphan is no more.</summary>
    public Task ForgetOrphanAsync(string folder) => _database.WriteAsync(
        tables => tables.Orphans.Where(row => row.Storage == Storage && row.Folder == folder).DeleteAsync());
}
