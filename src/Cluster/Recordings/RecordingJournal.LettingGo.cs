using LinqToDB;
using LinqToDB.Async;
using Streaming.Cluster.Recordings.Tables;

namespace Streaming.Cluster.Recordings;

/// <content>
/// The beginning of a broadcast that has become too large. Its segments leave the journal first, all at once, and their
/// names stay behind until their files are gone: after a crash in between, a recording lists nothing that is not there,
/// and nothing that it does not list is left.
/// </content>
public sealed partial class RecordingJournal
{
    /// <summary>
    /// Lets go of a broadcast's oldest segments before that media sequence number, in all renditions, as many as it
    /// takes to make room for <paramref name="bytes"/>; returns the bytes that it makes.
    /// </summary>
    public async Task<long> LetGoAsync(string id, long before, long bytes)
    {
        var lengths = await _database.ReadAsync(tables => tables.Segments
            .Where(row => row.Broadcast == id && row.Sequence < before)
            .GroupBy(row => row.Sequence)
            .Select(all => new { Sequence = all.Key, Bytes = all.Sum(row => row.Length) })
            .OrderBy(all => all.Sequence).ToListAsync()).ConfigureAwait(false);
        var (freed, last) = (0L, default(long?));
        foreach (var all in lengths.TakeWhile(_ => freed < bytes))
        {
            (freed, last) = (freed + all.Bytes, all.Sequence);
        }

        if (last is null)
        {
            return 0;
        }

        return await _database.FreeAsync(async tables =>
        {
            var gone = tables.Segments.Where(row => row.Broadcast == id && row.Sequence <= last);
            foreach (var row in await gone.ToListAsync().ConfigureAwait(false))
            {
                await tables.AddAsync(new LetGoRow { Broadcast = id, Rendition = row.Rendition, Sequence = row.Sequence }).ConfigureAwait(false);
            }

            await gone.DeleteAsync().ConfigureAwait(false);
            await tables.Boundaries.Where(row => row.Broadcast == id && row.Sequence <= last).DeleteAsync().ConfigureAwait(false);
            return freed;
        }).ConfigureAwait(false);
    }

    /// <summary>The segments that were let go of and whose files may still be on this node's storage.</summary>
    public Task<IReadOnlyList<(string Broadcast, string Rendition, long MediaSequence)>> ReadLetGoAsync() =>
        _database.ReadAsync(async tables =>
        {
            var rows = await tables.LetGo
                .Where(row => tables.Storages.Any(storage => storage.Broadcast == row.Broadcast && storage.Storage == Storage))
                .OrderBy(row => row.Broadcast).ThenBy(row => row.Sequence).ToListAsync().ConfigureAwait(false);
            return (IReadOnlyList<(string, string, long)>)[.. rows.Select(static row => (row.Broadcast, row.Rendition, row.Sequence))];
        });

    /// <summary>The files of these segments that were let go of are gone.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<(string Broadcast, string Rendition, long MediaSequence)> segments)
    {
        if (segments.Count == 0)
        {
            return;
        }

        await _database.WriteAsync(async tables =>
        {
            foreach (var (broadcast, rendition, sequence) in segments)
            {
                await tables.LetGo
                    .Where(row => row.Broadcast == broadcast && row.Rendition == rendition && row.Sequence == sequence)
                    .DeleteAsync().ConfigureAwait(false);
            }

            return true;
        }).ConfigureAwait(false);
    }
}
