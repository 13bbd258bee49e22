using System.Data.Common;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.DataProvider.PostgreSQL;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings.Tables;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The journal of broadcasts' timelines: which segments are in storage, appended to when one has been stored, and what it takes to list and
/// play them. In SQLite, or in PostgreSQL where all nodes share it. Safe from any thread; whatever it is asked fails with a
/// <see cref="DbException"/> while its database takes or gives nothing.
/// </summary>
public sealed partial class RecordingJournal : IDisposable
{
    private readonly IRecordingDatabase _database;

    /// <summary>The journal of a node that is alone.</summary>
    /// <param name="path">The database file; made when missing.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, of a newer version, or another program's.</exception>
    public RecordingJournal(string path)
        : this(new SqliteRecordings(path), storage: "")
    {
    }

    private RecordingJournal(IRecordingDatabase database, string storage)
    {
        _database = database;
        Storage = storage;
    }

    /// <summary>What the database is called where people read it: a path, or a server and its database.</summary>
    public string Name => _database.Name;

    /// <summary>Other nodes write to it, too.</summary>
    public bool IsShared => _database.IsShared;

    /// <summary>The identity of the storage that this node writes media to; empty where there is no other.</summary>
    public string Storage { get; }

    /// <summary>The journal that all nodes share.</summary>
    /// <param name="address">How to get to a PostgreSQL database, see <see cref="PostgresAddress"/>.</param>
    /// <param name="storage">The identity of the storage that this node writes media to.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be used; the message says why.</exception>
    public static RecordingJournal OnServer(string address, string storage) => new(new PostgresRecordings(address), storage);

    /// <summary>The journal that all nodes share, of one whose media is where others' is, too: its identity is what they agree on.</summary>
    /// <param name="address">How to get to a PostgreSQL database, see <see cref="PostgresAddress"/>.</param>
    /// <param name="name">What all call that storage.</param>
    /// <param name="proposal">Its identity, if nobody has proposed one before.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be used; the message says why.</exception>
    public static RecordingJournal OnServer(string address, string name, string proposal)
    {
        var database = new PostgresRecordings(address);
        try
        {
            return new(database, database.Agree(name, proposal));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Sees whether it answers and takes what is written.</summary>
    /// <exception cref="IOException">It does not; a <see cref="DbException"/> says the same.</exception>
    public void Check() => _database.Check();

    /// <summary>
    /// Appends the beginning of a broadcast, with the epoch of the claim that it is written under (0 for none). One that is known under a
    /// lower epoch is continued: from now on it is written under this one alone. Once more changes nothing.
    /// </summary>
    /// <returns>Bytes of its segments so far.</returns>
    /// <exception cref="OvertakenException">It has ended, or it or its channel is known under a higher epoch.</exception>
    public Task<long> BeginAsync(string id, string channel, TimeSpan targetDuration, TimeSpan partTarget, long epoch = 0) =>
        _database.WriteAsync(async tables =>
        {
            await tables.AddAsync(new BroadcastRow
            {
                Id = id,
                Channel = channel,
                TargetDuration = targetDuration.Ticks,
                PartTarget = partTarget.Ticks,
            }).ConfigureAwait(false);
            await LockAsync(tables, id).ConfigureAwait(false);
            await tables.AddAsync(new StorageRow { Broadcast = id, Storage = Storage }).ConfigureAwait(false);
            if (epoch != 0)
            {
                await tables.AddAsync(new EpochRow { Broadcast = id, Epoch = epoch }).ConfigureAwait(false);
                await tables.Epochs.Where(row => row.Broadcast == id && row.Epoch < epoch)
                    .Set(row => row.Epoch, epoch).UpdateAsync().ConfigureAwait(false);
                await tables.AddAsync(new NewestEpochRow { Channel = channel, Epoch = epoch }).ConfigureAwait(false);
                await tables.NewestEpochs.Where(row => row.Channel == channel && row.Epoch < epoch)
                    .Set(row => row.Epoch, epoch).UpdateAsync().ConfigureAwait(false);
            }

            await RequireAsync(tables, id, epoch).ConfigureAwait(false);
            return await tables.Segments.Where(row => row.Broadcast == id).SumAsync(row => (long?)row.Length).ConfigureAwait(false) ?? 0;
        });

    /// <summary>Appends segments whose files are in storage, all of them or none.</summary>
    /// <param name="id">The broadcast.</param>
    /// <param name="segments">The segments.</param>
    /// <param name="epoch">That they are written under.</param>
    /// <exception cref="OvertakenException">
    /// The broadcast has ended, or it or its channel is known under a higher epoch: another run of the node, or another node, is its origin.
    /// </exception>
    public Task AddAsync(string id, IReadOnlyCollection<StoredSegment> segments, long epoch = 0) => _database.WriteAsync(async tables =>
    {
        await LockAsync(tables, id).ConfigureAwait(false);
        await RequireAsync(tables, id, epoch).ConfigureAwait(false);
        foreach (var period in segments.Select(static stored => stored.Period).DistinctBy(static period => period.Index))
        {
            await tables.AddAsync(Row(id, period)).ConfigureAwait(false);
        }

        foreach (var boundary in segments.Select(static stored => stored.Segment.Boundary).DistinctBy(static found => found.MediaSequence))
        {
            await tables.AddAsync(Row(id, boundary)).ConfigureAwait(false);
        }

        foreach (var stored in segments.DistinctBy(static stored => (stored.Rendition, stored.Segment.Initialization)))
        {
            await tables.AddAsync(InitializationOf(id, stored)).ConfigureAwait(false);
        }

        foreach (var stored in segments)
        {
            await tables.AddAsync(Row(id, stored)).ConfigureAwait(false);
        }

        return true;
    });

    /// <summary>Appends a broadcast's end, after which it is a recording. Once more changes nothing.</summary>
    /// <exception cref="OvertakenException">It is known under a higher epoch.</exception>
    public Task EndAsync(string id, DateTimeOffset endedAt, long epoch = 0) => _database.WriteAsync(async tables =>
    {
        if (await LockAsync(tables, id).ConfigureAwait(false) is { EndedAt: null })
        {
            if (await EpochAsync(tables, id).ConfigureAwait(false) > epoch)
            {
                throw new OvertakenException(id);
            }

            var revision = await ReviseAsync(tables).ConfigureAwait(false);
            await tables.Broadcasts.Where(row => row.Id == id)
                .Set(row => row.EndedAt, endedAt.UtcTicks).Set(row => row.Revision, revision).UpdateAsync().ConfigureAwait(false);
        }

        return true;
    });

    /// <summary>Takes back a segment whose file turned out to be lost.</summary>
    public Task RemoveAsync(string id, string rendition, long mediaSequence) => _database.WriteAsync(tables => tables.Segments
        .Where(row => row.Broadcast == id && row.Rendition == rendition && row.Sequence == mediaSequence).DeleteAsync());

    /// <summary>Adds to how many segments of a broadcast could not be stored.</summary>
    public Task AddMissingAsync(string id, int segments) => _database.WriteAsync(async tables =>
    {
        await tables.AddAsync(new MissingRow { Broadcast = id, Segments = 0 }).ConfigureAwait(false);
        return await tables.Missing.Where(row => row.Broadcast == id)
            .Set(row => row.Segments, row => row.Segments + segments).UpdateAsync().ConfigureAwait(false);
    });

    /// <summary>
    /// This node's storage has nothing of a broadcast any more. When no other has, the broadcast is forgotten.
    /// </summary>
    public Task DeleteAsync(string id) => _database.WriteAsync(async tables =>
    {
        await LockAsync(tables, id).ConfigureAwait(false);
        await tables.Storages.Where(row => row.Broadcast == id && row.Storage == Storage).DeleteAsync().ConfigureAwait(false);
        if (await tables.Storages.AnyAsync(row => row.Broadcast == id).ConfigureAwait(false))
        {
            return false;
        }

        await tables.Segments.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Initializations.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Boundaries.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Periods.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.LetGo.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Leaving.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Epochs.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Manifests.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Missing.Where(row => row.Broadcast == id).DeleteAsync().ConfigureAwait(false);
        await tables.Broadcasts.Where(row => row.Id == id).DeleteAsync().ConfigureAwait(false);
        await ReviseAsync(tables).ConfigureAwait(false);
        return true;
    });

    /// <summary>The turn to look after this node's storage, until it is disposed; null while another node has it.</summary>
    internal Task<IAsyncDisposable?> TakeTurnAsync() => _database.TakeTurnAsync(Storage);

    /// <summary>What to tell people of a failure.</summary>
    internal DatabaseUnusableException Unusable(DbException failure) => _database.Unusable(failure);

    public void Dispose() => _database.Dispose();

    /// <summary>
    /// Keeps others from changing the broadcast's state until the transaction ends: so nobody who writes under a lower epoch slips in
    /// behind one who has read it. SQLite has one writer at a time anyway.
    /// </summary>
    private static Task<BroadcastRow?> LockAsync(RecordingTables tables, string id) =>
        tables.Broadcasts.Where(row => row.Id == id).AsPostgreSQL().ForUpdateHint().FirstOrDefaultAsync();

    private static async Task RequireAsync(RecordingTables tables, string id, long epoch)
    {
        var broadcast = await tables.Broadcasts.FirstOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
        if (broadcast is null)
        {
            return; // Forgotten: what is written of it now is an orphan's.
        }

        var own = await EpochAsync(tables, id).ConfigureAwait(false);
        var newest = epoch == 0
            ? 0
            : await tables.NewestEpochs.Where(row => row.Channel == broadcast.Channel).Select(row => (long?)row.Epoch)
                .FirstOrDefaultAsync().ConfigureAwait(false) ?? 0;
        if (broadcast.EndedAt is not null || own > epoch || newest > epoch)
        {
            throw new OvertakenException(id);
        }
    }

    private static async Task<long> EpochAsync(RecordingTables tables, string id) =>
        await tables.Epochs.Where(row => row.Broadcast == id).Select(row => (long?)row.Epoch).FirstOrDefaultAsync().ConfigureAwait(false)
        ?? 0;

    /// <summary>The list of recordings changes: its next revision. Who else changes it waits until the transaction ends.</summary>
    private static async Task<long> ReviseAsync(RecordingTables tables)
    {
        await tables.Revisions.Where(static row => row.Id == 0)
            .Set(static row => row.Value, static row => row.Value + 1).UpdateAsync().ConfigureAwait(false);
        return await tables.Revisions.Where(static row => row.Id == 0).Select(static row => row.Value).FirstAsync().ConfigureAwait(false);
    }

    private static PeriodRow Row(string id, Pipeline.Timelines.Period period) => new()
    {
        Broadcast = id,
        Number = period.Index,
        DecodeTime = period.DecodeTime,
        DateTime = period.ProgramDateTime.UtcTicks,
    };

    private static BoundaryRow Row(string id, Pipeline.Timelines.SegmentBoundary boundary) => new()
    {
        Broadcast = id,
        Sequence = boundary.MediaSequence,
        DecodeTime = boundary.DecodeTime,
        PresentationTime = boundary.PresentationTime,
        DateTime = boundary.ProgramDateTime.UtcTicks,
        Discontinuities = boundary.DiscontinuitySequence,
        Period = boundary.Period,
        SourceIndependent = boundary.SourceIndependent,
    };

    private static InitializationRow InitializationOf(string id, StoredSegment stored)
    {
        var (video, audio) = (stored.Configuration as VideoConfiguration, stored.Configuration as AudioConfiguration);
        return new()
        {
            Broadcast = id,
            Rendition = stored.Rendition,
            Number = stored.Segment.Initialization,
            Codec = stored.Configuration.Codec,
            Timescale = stored.Configuration.Timescale,
            DecoderConfiguration = stored.Configuration.DecoderConfiguration.ToArray(),
            Width = video?.Width,
            Height = video?.Height,
            SampleWidth = video?.SampleAspectRatio.Width,
            SampleHeight = video?.SampleAspectRatio.Height,
            Channels = audio?.Channels,
        };
    }

    private static SegmentRow Row(string id, StoredSegment stored) => new()
    {
        Broadcast = id,
        Rendition = stored.Rendition,
        Sequence = stored.Segment.Boundary.MediaSequence,
        DecodeTime = stored.Segment.DecodeTime,
        Duration = stored.Segment.Duration,
        Initialization = stored.Segment.Initialization,
        Independent = stored.Segment.Independent,
        Length = stored.Segment.Length,
        FrameRate = stored.FrameRate,
    };
}
