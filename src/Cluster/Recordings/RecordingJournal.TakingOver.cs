using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings.Tables;

namespace Streaming.Cluster.Recordings;

/// <content>What a node has recorded before it shared a journal with others.</content>
public sealed partial class RecordingJournal
{
    /// <summary>What is put behind the name of a file that was taken over.</summary>
    public const string TakenOver = ".taken-over";

    /// <summary>
    /// Takes over the journal in a file, of which this node's storage has the media: a broadcast after another, those that are here already
    /// left out, so that it may be cut off and begun anew. The file is renamed, not deleted. Before the node serves.
    /// </summary>
    /// <returns>How many broadcasts came; 0 without a file.</returns>
    /// <exception cref="DatabaseUnusableException">The file is damaged, of a newer version, or another program's.</exception>
    public async Task<int> TakeOverAsync(string path)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        var count = 0;
        using (var file = new SqliteRecordings(path))
        {
            foreach (var broadcast in await file.ReadAsync(static tables => tables.Broadcasts.ToListAsync()).ConfigureAwait(false))
            {
                count += await file.ReadAsync(old => TakeOverAsync(old, broadcast)).ConfigureAwait(false) ? 1 : 0;
            }

            var epochs = await file.ReadAsync(static tables => tables.NewestEpochs.ToListAsync()).ConfigureAwait(false);
            var leaving = await file.ReadAsync(static tables => tables.Leaving.ToListAsync()).ConfigureAwait(false);
            await _database.WriteAsync(async tables =>
            {
                foreach (var newest in epochs)
                {
                    await tables.AddAsync(newest).ConfigureAwait(false);
                    await tables.NewestEpochs.Where(row => row.Channel == newest.Channel && row.Epoch < newest.Epoch)
                        .Set(row => row.Epoch, newest.Epoch).UpdateAsync().ConfigureAwait(false);
                }

                foreach (var left in leaving)
                {
                    await tables.AddAsync(left).ConfigureAwait(false);
                }

                return await ReviseAsync(tables).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }

        File.Move(path, path + TakenOver, overwrite: true);
        return count;
    }

    private Task<bool> TakeOverAsync(RecordingTables old, BroadcastRow broadcast) => _database.WriteAsync(async tables =>
    {
        tables.CommandTimeout = PostgresServer.StartTimeout;
        var id = broadcast.Id;
        if (await tables.Broadcasts.AnyAsync(row => row.Id == id).ConfigureAwait(false))
        {
            return false;
        }

        var revision = await ReviseAsync(tables).ConfigureAwait(false);
        await tables.AddAsync(broadcast with { Revision = revision }).ConfigureAwait(false);
        await tables.AddAsync(new StorageRow { Broadcast = id, Storage = Storage }).ConfigureAwait(false);
        await CopyAsync(old.Epochs, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.Periods, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.Boundaries, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.Initializations, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.Segments, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.LetGo, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.Manifests, row => row.Broadcast == id).ConfigureAwait(false);
        await CopyAsync(old.Missing, row => row.Broadcast == id).ConfigureAwait(false);
        return true;

        async Task CopyAsync<T>(ITable<T> table, Expression<Func<T, bool>> wanted)
            where T : class =>
            await tables.BulkCopyAsync(await table.Where(wanted).ToListAsync().ConfigureAwait(false)).ConfigureAwait(false);
    });
}
