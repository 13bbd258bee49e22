using System.Data.Common;
using LinqToDB;
using LinqToDB.Async;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings.Tables;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>Reads back what was written, in order.</content>
public sealed partial class RecordingJournal
{
    /// <summary>The epoch of the claim that a broadcast is written under; 0 where none is known.</summary>
    public Task<long> ReadEpochAsync(string id) => _database.ReadAsync(tables => EpochAsync(tables, id));

    /// <summary>
    /// The highest epoch of each channel that any broadcast was made under, also of broadcasts that are forgotten. Before the node serves.
    /// </summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public IReadOnlyList<(string Channel, long Epoch)> ReadNewestEpochs()
    {
        try
        {
            return _database.ReadAtStart(static tables =>
                (IReadOnlyList<(string, long)>)
                [.. tables.NewestEpochs.OrderBy(static row => row.Channel).AsEnumerable().Select(static row => (row.Channel, row.Epoch))]);
        }
        catch (DbException e)
        {
            throw Unusable(e);
        }
    }

    /// <summary>The broadcasts whose end is missing and that were made under a claim, with its epoch; the oldest first.</summary>
    public Task<IReadOnlyList<(string Id, string Channel, long Epoch)>> ReadInterruptedAsync() => _database.ReadAsync(async tables =>
    {
        var rows = await (
            from broadcast in tables.Broadcasts
            join epoch in tables.Epochs on broadcast.Id equals epoch.Broadcast
            where broadcast.EndedAt == null
            orderby epoch.Epoch, broadcast.Id
            select new { broadcast.Id, broadcast.Channel, epoch.Epoch }).ToListAsync().ConfigureAwait(false);
        return (IReadOnlyList<(string, string, long)>)[.. rows.Select(static row => (row.Id, row.Channel, row.Epoch))];
    });

    /// <summary>The broadcasts on this node's storage whose end is missing.</summary>
    public Task<IReadOnlyList<UnendedBroadcast>> ReadUnendedAsync() => _database.ReadAsync(async tables =>
        (IReadOnlyList<UnendedBroadcast>)await (
            from broadcast in tables.Broadcasts
            where broadcast.EndedAt == null
                && !tables.Leaving.Any(row => row.Broadcast == broadcast.Id)
                && tables.Storages.Any(row => row.Broadcast == broadcast.Id && row.Storage == Storage)
            orderby broadcast.Id
            select new UnendedBroadcast(
                broadcast.Id,
                broadcast.Channel,
                tables.Epochs.Where(row => row.Broadcast == broadcast.Id).Select(row => (long?)row.Epoch).FirstOrDefault() ?? 0,
                tables.Storages.Count(row => row.Broadcast == broadcast.Id) == 1)).ToListAsync().ConfigureAwait(false));

    /// <summary>The same as <see cref="ReadStoredAsync"/>, for who has to wait.</summary>
    public IReadOnlyList<string> ReadStored() => _database.ReadAtStart(tables => (IReadOnlyList<string>)[.. Stored(tables)]);

    /// <summary>Ids of the broadcasts that have a segment on this node's storage.</summary>
    public Task<IReadOnlyList<string>> ReadStoredAsync() => _database.ReadAsync(async tables =>
        (IReadOnlyList<string>)await Stored(tables).ToListAsync().ConfigureAwait(false));

    /// <summary>Bytes of the broadcasts on this node's storage that have not ended, without those named.</summary>
    public Task<long> ReadGrowingBytesAsync(IReadOnlyCollection<string> without) => _database.ReadAsync(async tables => await (
        from segment in tables.Segments
        join broadcast in tables.Broadcasts on segment.Broadcast equals broadcast.Id
        where broadcast.EndedAt == null && !without.Contains(broadcast.Id)
            && tables.Storages.Any(row => row.Broadcast == broadcast.Id && row.Storage == Storage)
        select (long?)segment.Length).SumAsync().ConfigureAwait(false) ?? 0);

    /// <summary>The segments of a broadcast that were stored, with their bytes.</summary>
    public Task<IReadOnlyList<(string Rendition, long MediaSequence, long Length)>> ReadSegmentsAsync(string id) =>
        _database.ReadAsync(async tables =>
        {
            var rows = await tables.Segments.Where(row => row.Broadcast == id)
                .OrderBy(row => row.Rendition).ThenBy(row => row.Sequence).ToListAsync().ConfigureAwait(false);
            return (IReadOnlyList<(string, long, long)>)[.. rows.Select(static row => (row.Rendition, row.Sequence, row.Length))];
        });

    /// <summary>Whether there is anything of a broadcast of that id.</summary>
    public Task<bool> KnowsAsync(string id) => _database.ReadAsync(async tables =>
        await tables.Broadcasts.AnyAsync(row => row.Id == id).ConfigureAwait(false)
        || await tables.Leaving.AnyAsync(row => row.Broadcast == id).ConfigureAwait(false));

    /// <summary>The timeline of a broadcast as far as it was stored; null without a segment of it.</summary>
    public Task<BroadcastSnapshot?> ReadAsync(string id) => _database.ReadAsync(async tables =>
    {
        if (await tables.Broadcasts.FirstOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) is not { } broadcast)
        {
            return null;
        }

        var timeline = new RecordedTimeline(
            id,
            new TimeSpan(broadcast.TargetDuration),
            new TimeSpan(broadcast.PartTarget),
            broadcast.EndedAt is { } endedAt ? Time(endedAt) : null);
        await foreach (var row in tables.Periods.Where(row => row.Broadcast == id).OrderBy(row => row.Number)
            .AsAsyncEnumerable().ConfigureAwait(false))
        {
            timeline.Add(new Period(row.Number, row.DecodeTime, Time(row.DateTime)));
        }

        await foreach (var row in tables.Boundaries.Where(row => row.Broadcast == id).OrderBy(row => row.Sequence)
            .AsAsyncEnumerable().ConfigureAwait(false))
        {
            timeline.Add(Boundary(row));
        }

        await foreach (var row in tables.Initializations.Where(row => row.Broadcast == id)
            .OrderBy(row => row.Rendition).ThenBy(row => row.Number).AsAsyncEnumerable().ConfigureAwait(false))
        {
            timeline.Add(row.Rendition, Configuration(row));
        }

        await foreach (var row in tables.Segments.Where(row => row.Broadcast == id)
            .OrderBy(row => row.Rendition).ThenBy(row => row.Sequence).AsAsyncEnumerable().ConfigureAwait(false))
        {
            timeline.Add(row.Rendition, Segment(row, timeline), row.FrameRate);
        }

        return timeline.Build();
    });

    private IQueryable<string> Stored(RecordingTables tables) => tables.Storages
        .Where(row => row.Storage == Storage && tables.Segments.Any(segment => segment.Broadcast == row.Broadcast))
        .Select(static row => row.Broadcast).OrderBy(static id => id);

    private static SegmentBoundary Boundary(BoundaryRow row) => new()
    {
        MediaSequence = row.Sequence,
        DecodeTime = row.DecodeTime,
        PresentationTime = row.PresentationTime,
        ProgramDateTime = Time(row.DateTime),
        DiscontinuitySequence = row.Discontinuities,
        Period = row.Period,
        SourceIndependent = row.SourceIndependent,
    };

    private static TrackConfiguration Configuration(InitializationRow row) => row.Width is { } width
        ? new VideoConfiguration
        {
            Codec = row.Codec,
            Timescale = (uint)row.Timescale,
            DecoderConfiguration = row.DecoderConfiguration,
            Width = width,
            Height = row.Height!.Value,
            SampleAspectRatio = (row.SampleWidth!.Value, row.SampleHeight!.Value),
        }
        : new AudioConfiguration
        {
            Codec = row.Codec,
            Timescale = (uint)row.Timescale,
            DecoderConfiguration = row.DecoderConfiguration,
            Channels = row.Channels!.Value,
        };

    private static Segment Segment(SegmentRow row, RecordedTimeline timeline) => new()
    {
        Boundary = timeline.BoundaryOf(row.Sequence),
        DecodeTime = row.DecodeTime,
        Duration = row.Duration,
        Initialization = row.Initialization,
        Independent = row.Independent,
        Length = row.Length,
    };

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
