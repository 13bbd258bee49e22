using Streaming.Cluster.Databases;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The journal of broadcasts' timelines, in SQLite: which segments are in storage, appended to when one has been stored, and
/// what it takes to list and play them. Safe from any thread. What writes waits for others that do, as a rule for some tens of
/// microseconds; what reads has a connection of its own, waits for nobody, and nobody waits for it.
/// </summary>
/// <remarks>
/// Synchronous = NORMAL: a commit is safe from a crash of the node, and waits for no disk. A loss of power may cost the
/// newest commits, as it may cost the newest files, which nobody waits for either; what is left is a shorter journal.
/// </remarks>
public sealed partial class RecordingJournal : IDisposable
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS broadcasts (
            id TEXT PRIMARY KEY, channel TEXT NOT NULL, target_duration INTEGER NOT NULL, part_target INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS epochs (broadcast TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS newest_epochs (channel TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS periods (
            broadcast TEXT NOT NULL, number INTEGER NOT NULL, decode_time INTEGER NOT NULL, date_time INTEGER NOT NULL,
            PRIMARY KEY (broadcast, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS boundaries (
            broadcast TEXT NOT NULL, sequence INTEGER NOT NULL, decode_time INTEGER NOT NULL,
            presentation_time INTEGER NOT NULL, date_time INTEGER NOT NULL, discontinuities INTEGER NOT NULL,
            period INTEGER NOT NULL, source_independent INTEGER NOT NULL,
            PRIMARY KEY (broadcast, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS initializations (
            broadcast TEXT NOT NULL, rendition TEXT NOT NULL, number INTEGER NOT NULL, codec TEXT NOT NULL,
            timescale INTEGER NOT NULL, decoder_configuration BLOB NOT NULL, width INTEGER, height INTEGER,
            sample_width INTEGER, sample_height INTEGER, channels INTEGER,
            PRIMARY KEY (broadcast, rendition, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS segments (
            broadcast TEXT NOT NULL, rendition TEXT NOT NULL, sequence INTEGER NOT NULL, decode_time INTEGER NOT NULL,
            duration INTEGER NOT NULL, initialization INTEGER NOT NULL, independent INTEGER NOT NULL,
            length INTEGER NOT NULL, frame_rate REAL NOT NULL,
            PRIMARY KEY (broadcast, rendition, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS let_go (
            broadcast TEXT NOT NULL, rendition TEXT NOT NULL, sequence INTEGER NOT NULL,
            PRIMARY KEY (broadcast, rendition, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS manifests (broadcast TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS missing (broadcast TEXT PRIMARY KEY, segments INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS leaving (broadcast TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS orphans (
            folder TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, seen_for INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """;

    private static readonly string[] Tables =
        ["segments", "initializations", "boundaries", "periods", "let_go", "leaving", "epochs", "manifests", "missing"];

    private readonly Database _database;
    private readonly Lock _using = new();
    private readonly JournalStatement _addBroadcast;
    private readonly JournalStatement _addEpoch;
    private readonly JournalStatement _keepNewestEpoch;
    private readonly JournalStatement _isOvertaken;
    private readonly JournalStatement _addPeriod;
    private readonly JournalStatement _addBoundary;
    private readonly JournalStatement _addInitialization;
    private readonly JournalStatement _addSegment;

    /// <param name="path">The database file; made when missing.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, or another program's.</exception>
    public RecordingJournal(string path)
    {
        Path = path;
        _database = Database.Open(path, Schema, synchronous: "NORMAL");
        _addBroadcast = new(_database.Connection, "INSERT OR IGNORE INTO broadcasts VALUES ($1, $2, $3, $4, NULL)");
        _addEpoch = new(_database.Connection, "INSERT OR IGNORE INTO epochs VALUES ($1, $2)");
        _keepNewestEpoch = new(
            _database.Connection,
            "INSERT INTO newest_epochs VALUES ($1, $2) ON CONFLICT DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch > epoch");
        _isOvertaken = new(
            _database.Connection,
            """
            SELECT ended_at IS NOT NULL
                OR EXISTS (SELECT 1 FROM epochs JOIN newest_epochs ON newest_epochs.channel = broadcasts.channel
                    WHERE epochs.broadcast = id AND newest_epochs.epoch > epochs.epoch)
            FROM broadcasts WHERE id = $1
            """);
        _addPeriod = new(_database.Connection, "INSERT OR IGNORE INTO periods VALUES ($1, $2, $3, $4)");
        _addBoundary = new(_database.Connection, "INSERT OR IGNORE INTO boundaries VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
        _addInitialization = new(
            _database.Connection, "INSERT OR IGNORE INTO initializations VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
        _addSegment = new(_database.Connection, "INSERT OR IGNORE INTO segments VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Sees whether it answers and takes what is written.</summary>
    /// <exception cref="System.Data.Common.DbException">It does not.</exception>
    public void Check() => _database.Check();

    /// <summary>
    /// Appends the beginning of a broadcast, with the epoch of the claim that it was made under (0 for none); once more changes nothing.
    /// </summary>
    /// <exception cref="OvertakenException">The channel is known under a higher epoch.</exception>
    public void Begin(string id, string channel, TimeSpan targetDuration, TimeSpan partTarget, long epoch = 0)
    {
        lock (_using)
        {
            _database.AtOnce(() =>
            {
                _addBroadcast.Execute(id, channel, targetDuration.Ticks, partTarget.Ticks);
                if (epoch != 0)
                {
                    _addEpoch.Execute(id, epoch);
                    _keepNewestEpoch.Execute(channel, epoch);
                    ThrowIfOvertaken(id);
                }
            });
        }
    }

    /// <summary>Appends a segment whose file is in storage, all of it or nothing.</summary>
    /// <exception cref="OvertakenException">
    /// The broadcast has ended, or its channel is known under a higher epoch: another run of the node is its origin.
    /// </exception>
    public void Add(string broadcastId, StoredSegment stored)
    {
        lock (_using)
        {
            _database.AtOnce(() =>
            {
                ThrowIfOvertaken(broadcastId);
                AddRows(broadcastId, stored);
            });
        }
    }

    /// <summary>Appends a broadcast's end, after which it is a recording.</summary>
    public void End(string broadcastId, DateTimeOffset endedAt)
    {
        lock (_using)
        {
            Execute("UPDATE broadcasts SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL", endedAt.UtcTicks, broadcastId);
        }
    }

    /// <summary>Takes back a segment whose file turned out to be lost.</summary>
    public void Remove(string broadcastId, string rendition, long mediaSequence)
    {
        lock (_using)
        {
            Execute(
                "DELETE FROM segments WHERE broadcast = $1 AND rendition = $2 AND sequence = $3",
                broadcastId, rendition, mediaSequence);
        }
    }

    /// <summary>Adds to how many segments of a broadcast could not be stored.</summary>
    public void AddMissing(string broadcastId, int segments)
    {
        lock (_using)
        {
            Execute(
                "INSERT INTO missing VALUES ($1, $2) ON CONFLICT DO UPDATE SET segments = segments + excluded.segments",
                broadcastId, segments);
        }
    }

    /// <summary>Forgets a broadcast.</summary>
    public void Delete(string broadcastId)
    {
        lock (_using)
        {
            _database.AtOnce(() =>
            {
                foreach (var table in Tables)
                {
                    Execute($"DELETE FROM {table} WHERE broadcast = $1", broadcastId);
                }

                Execute("DELETE FROM broadcasts WHERE id = $1", broadcastId);
            });
        }
    }

    public void Dispose()
    {
        lock (_using)
        {
            foreach (var statement in (JournalStatement[])
                [_addBroadcast, _addEpoch, _keepNewestEpoch, _isOvertaken, _addPeriod, _addBoundary, _addInitialization, _addSegment])
            {
                statement.Dispose();
            }

            _database.Dispose();
        }
    }

    private void ThrowIfOvertaken(string broadcastId)
    {
        using var rows = _isOvertaken.Query(broadcastId);
        if (rows.Read() && rows.GetBoolean(0))
        {
            throw new OvertakenException(broadcastId);
        }
    }

    private void AddRows(string broadcastId, StoredSegment stored)
    {
        var (segment, boundary, period) = (stored.Segment, stored.Segment.Boundary, stored.Period);
        _addPeriod.Execute(broadcastId, period.Index, period.DecodeTime, period.ProgramDateTime.UtcTicks);
        _addBoundary.Execute(
            broadcastId, boundary.MediaSequence, boundary.DecodeTime, boundary.PresentationTime,
            boundary.ProgramDateTime.UtcTicks, boundary.DiscontinuitySequence, boundary.Period, boundary.SourceIndependent);
        var (video, audio) = (stored.Configuration as VideoConfiguration, stored.Configuration as AudioConfiguration);
        _addInitialization.Execute(
            broadcastId, stored.Rendition, segment.Initialization, stored.Configuration.Codec,
            (long)stored.Configuration.Timescale, stored.Configuration.DecoderConfiguration.ToArray(), video?.Width,
            video?.Height, video?.SampleAspectRatio.Width, video?.SampleAspectRatio.Height, audio?.Channels);
        _addSegment.Execute(
            broadcastId, stored.Rendition, boundary.MediaSequence, segment.DecodeTime, segment.Duration,
            segment.Initialization, segment.Independent, segment.Length, stored.FrameRate);
    }

    private void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        using var statement = new JournalStatement(_database.Connection, sql);
        statement.Execute(values);
    }
}
