using LinqToDB;
using LinqToDB.Async;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings.Tables;

namespace Streaming.Cluster.Recordings;

/// <content>The list of recordings, and what has changed in it.</content>
public sealed partial class RecordingJournal
{
    /// <summary>The broadcasts that have ended, or the one of that id, as recordings, the oldest first.</summary>
    public Task<IReadOnlyList<Recording>> ReadRecordingsAsync(string? id = null) => _database.ReadAsync(
        tables => ReadAsync(tables, id is null ? Listed(tables) : Listed(tables).Where(row => row.Id == id)));

    /// <summary>What has changed in the list since a revision of it; null where nothing has.</summary>
    public Task<RecordingChanges?> ReadChangesAsync(long since) => _database.ReadAsync(async tables =>
    {
        var revision = await tables.Revisions.Where(static row => row.Id == 0).Select(static row => row.Value)
            .FirstAsync().ConfigureAwait(false);
        if (revision == since)
        {
            return null;
        }

        if (since < 0)
        {
            tables.CommandTimeout = PostgresServer.StartTimeout; // All of them, at the start: each segment is looked at.
        }

        var ids = await Listed(tables).Select(static row => row.Id).ToListAsync().ConfigureAwait(false);
        var changed = await ReadAsync(tables, Listed(tables).Where(row => row.Revision > since)).ConfigureAwait(false);
        return new RecordingChanges(revision, ids.ToHashSet(StringComparer.Ordinal), changed);
    });

    private static IQueryable<BroadcastRow> Listed(RecordingTables tables) =>
        from broadcast in tables.Broadcasts
        where broadcast.EndedAt != null
            && !tables.Leaving.Any(row => row.Broadcast == broadcast.Id)
            && tables.Segments.Any(row => row.Broadcast == broadcast.Id)
        select broadcast;

    private static async Task<IReadOnlyList<Recording>> ReadAsync(RecordingTables tables, IQueryable<BroadcastRow> wanted)
    {
        var listed = await wanted.OrderBy(static row => row.EndedAt).ThenBy(static row => row.Id).ToListAsync().ConfigureAwait(false);
        if (listed.Count == 0)
        {
            return [];
        }

        var starts = await (
            from broadcast in wanted
            join boundary in tables.Boundaries on broadcast.Id equals boundary.Broadcast
            group boundary by broadcast.Id into all
            select new { Id = all.Key, At = all.Min(row => row.DateTime) }).ToDictionaryAsync(static row => row.Id).ConfigureAwait(false);
        var sizes = await (
            from broadcast in wanted
            join segment in tables.Segments on broadcast.Id equals segment.Broadcast
            group segment by broadcast.Id into all
            select new { Id = all.Key, Bytes = all.Sum(row => row.Length) }).ToDictionaryAsync(static row => row.Id).ConfigureAwait(false);
        var lengths = await (
            from broadcast in wanted
            join segment in tables.Segments on broadcast.Id equals segment.Broadcast
            join initialization in tables.Initializations
                on new { segment.Broadcast, segment.Rendition, Number = segment.Initialization }
                equals new { initialization.Broadcast, initialization.Rendition, initialization.Number }
            join boundary in tables.Boundaries
                on new { segment.Broadcast, segment.Sequence } equals new { boundary.Broadcast, boundary.Sequence }
            where boundary.DateTime < broadcast.EndedAt
            group new { segment.Duration, initialization.Timescale } by new { broadcast.Id, segment.Rendition } into all
            select new { all.Key.Id, Seconds = all.Sum(row => row.Duration * 1.0 / row.Timescale) }).ToListAsync().ConfigureAwait(false);
        var videos = await (
            from broadcast in wanted
            join initialization in tables.Initializations on broadcast.Id equals initialization.Broadcast
            where initialization.Width != null
            select broadcast.Id).Distinct().ToListAsync().ConfigureAwait(false);
        var missing = await (
            from broadcast in wanted
            join row in tables.Missing on broadcast.Id equals row.Broadcast
            select row).ToDictionaryAsync(static row => row.Broadcast, static row => row.Segments).ConfigureAwait(false);
        var storages = await (
            from broadcast in wanted
            join row in tables.Storages on broadcast.Id equals row.Broadcast
            select row).ToListAsync().ConfigureAwait(false);

        var durations = lengths.GroupBy(static row => row.Id).ToDictionary(
            static all => all.Key, static all => all.Max(static row => row.Seconds), StringComparer.Ordinal);
        var hasVideo = videos.ToHashSet(StringComparer.Ordinal);
        var where = storages.ToLookup(static row => row.Broadcast, static row => row.Storage, StringComparer.Ordinal);
        return
        [
            .. listed.Select(row => new Recording(
                row.Id,
                row.Channel,
                Time(starts[row.Id].At),
                Time(row.EndedAt!.Value),
                TimeSpan.FromSeconds(durations.GetValueOrDefault(row.Id)),
                sizes[row.Id].Bytes,
                hasVideo.Contains(row.Id),
                MissingSegments: missing.GetValueOrDefault(row.Id),
                Storages: string.Join(',', where[row.Id].Order(StringComparer.Ordinal)))),
        ];
    }
}
