using System.Data.Common;
using Microsoft.Data.Sqlite;
using Streaming.Cluster.Databases;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>Reads back what was written, in order.</content>
public sealed partial class RecordingJournal
{
    /// <summary>The broadcasts that have ended, or the one of that id, as recordings, the oldest first.</summary>
    public IReadOnlyList<Recording> ReadRecordings(string? id = null)
    {
        var recordings = new List<Recording>();
        Query(
            """
            SELECT id, channel, ended_at,
                (SELECT min(date_time) FROM boundaries WHERE broadcast = id),
                (SELECT max(seconds) FROM (
                    SELECT sum(duration * 1.0 / timescale) AS seconds
                    FROM segments JOIN initializations ON initializations.broadcast = segments.broadcast
                        AND initializations.rendition = segments.rendition AND number = initialization
                    JOIN boundaries ON boundaries.broadcast = segments.broadcast
                        AND boundaries.sequence = segments.sequence
                    WHERE segments.broadcast = id AND date_time < ended_at GROUP BY segments.rendition)),
                (SELECT sum(length) FROM segments WHERE broadcast = id),
                EXISTS (SELECT 1 FROM initializations WHERE broadcast = id AND width IS NOT NULL),
                coalesce((SELECT segments FROM missing WHERE broadcast = id), 0)
            FROM broadcasts
            WHERE ended_at IS NOT NULL AND ($1 IS NULL OR id = $1)
                AND EXISTS (SELECT 1 FROM segments WHERE broadcast = id)
                AND NOT EXISTS (SELECT 1 FROM leaving WHERE broadcast = id)
            ORDER BY ended_at, id
            """,
            row => recordings.Add(new(
                row.GetString(0), row.GetString(1), Time(row, 3), Time(row, 2),
                TimeSpan.FromSeconds(row.GetDouble(4)), row.GetInt64(5), row.GetBoolean(6), MissingSegments: row.GetInt32(7))),
            id);
        return recordings;
    }

    /// <summary>The epoch of the claim that a broadcast was made under; 0 where none is known.</summary>
    public long ReadEpoch(string broadcastId)
    {
        var epoch = 0L;
        Query("SELECT epoch FROM epochs WHERE broadcast = $1", row => epoch = row.GetInt64(0), broadcastId);
        return epoch;
    }

    /// <summary>The highest epoch of each channel that any broadcast was made under, also of broadcasts that are forgotten.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public IReadOnlyList<(string Channel, long Epoch)> ReadNewestEpochs()
    {
        var epochs = new List<(string, long)>();
        try
        {
            Query("SELECT channel, epoch FROM newest_epochs ORDER BY channel", row => epochs.Add((row.GetString(0), row.GetInt64(1))));
        }
        catch (DbException e)
        {
            throw new DatabaseUnusableException(Path, e);
        }

        return epochs;
    }

    /// <summary>The broadcasts whose end is missing and that were made under a claim, with its epoch; the oldest first.</summary>
    public IReadOnlyList<(string Id, string Channel, long Epoch)> ReadInterrupted()
    {
        var broadcasts = new List<(string, string, long)>();
        Query(
            "SELECT id, channel, epoch FROM broadcasts JOIN epochs ON broadcast = id WHERE ended_at IS NULL ORDER BY epoch, id",
            row => broadcasts.Add((row.GetString(0), row.GetString(1), row.GetInt64(2))));
        return broadcasts;
    }

    /// <summary>Ids of the broadcasts whose end is missing.</summary>
    public IReadOnlyList<string> ReadUnended()
    {
        var ids = new List<string>();
        Query(
            "SELECT id FROM broadcasts WHERE ended_at IS NULL AND id NOT IN (SELECT broadcast FROM leaving) ORDER BY id",
            row => ids.Add(row.GetString(0)));
        return ids;
    }

    /// <summary>Ids of the broadcasts that have a segment in storage.</summary>
    public IReadOnlyList<string> ReadStored()
    {
        var ids = new List<string>();
        Query(
            "SELECT id FROM broadcasts WHERE EXISTS (SELECT 1 FROM segments WHERE broadcast = id) ORDER BY id",
            row => ids.Add(row.GetString(0)));
        return ids;
    }

    /// <summary>The segments of a broadcast that were stored, with their bytes.</summary>
    public IReadOnlyList<(string Rendition, long MediaSequence, long Length)> ReadSegments(string broadcastId)
    {
        var segments = new List<(string, long, long)>();
        Query(
            "SELECT rendition, sequence, length FROM segments WHERE broadcast = $1 ORDER BY rendition, sequence",
            row => segments.Add((row.GetString(0), row.GetInt64(1), row.GetInt64(2))),
            broadcastId);
        return segments;
    }

    /// <summary>Whether there is anything of a broadcast of that id.</summary>
    public bool Knows(string id)
    {
        var isKnown = false;
        Query(
            "SELECT EXISTS (SELECT 1 FROM broadcasts WHERE id = $1) OR EXISTS (SELECT 1 FROM leaving WHERE broadcast = $1)",
            row => isKnown = row.GetBoolean(0),
            id);
        return isKnown;
    }

    /// <summary>The timeline of a broadcast as far as it was stored; null without a segment of it.</summary>
    public BroadcastSnapshot? Read(string broadcastId)
    {
        RecordedTimeline? timeline = null;
        using (var database = _database.Read())
        using (var transaction = database.BeginTransaction(deferred: true)) // All of it as of one moment.
        {
            Query(
                database,
                "SELECT target_duration, part_target, ended_at FROM broadcasts WHERE id = $1",
                row => timeline = new RecordedTimeline(
                    broadcastId,
                    new TimeSpan(row.GetInt64(0)),
                    new TimeSpan(row.GetInt64(1)),
                    row.IsDBNull(2) ? null : Time(row, 2)),
                broadcastId);
            if (timeline is null)
            {
                return null;
            }

            Query(
                database,
                "SELECT number, decode_time, date_time FROM periods WHERE broadcast = $1 ORDER BY number",
                row => timeline.Add(new Period(row.GetInt32(0), row.GetInt64(1), Time(row, 2))),
                broadcastId);
            Query(
                database,
                "SELECT sequence, decode_time, presentation_time, date_time, discontinuities, period, "
                    + "source_independent FROM boundaries WHERE broadcast = $1 ORDER BY sequence",
                row => timeline.Add(Boundary(row)),
                broadcastId);
            Query(
                database,
                "SELECT rendition, codec, timescale, decoder_configuration, width, height, sample_width, sample_height, "
                    + "channels FROM initializations WHERE broadcast = $1 ORDER BY rendition, number",
                row => timeline.Add(row.GetString(0), Configuration(row)),
                broadcastId);
            Query(
                database,
                "SELECT rendition, sequence, decode_time, duration, initialization, independent, length, frame_rate "
                    + "FROM segments WHERE broadcast = $1 ORDER BY rendition, sequence",
                row => timeline.Add(row.GetString(0), Segment(row, timeline), row.GetDouble(7)),
                broadcastId);
        }

        return timeline.Build();
    }

    private static SegmentBoundary Boundary(SqliteDataReader row) => new()
    {
        MediaSequence = row.GetInt64(0),
        DecodeTime = row.GetInt64(1),
        PresentationTime = row.GetInt64(2),
        ProgramDateTime = Time(row, 3),
        DiscontinuitySequence = row.GetInt32(4),
        Period = row.GetInt32(5),
        SourceIndependent = row.GetBoolean(6),
    };

    private static TrackConfiguration Configuration(SqliteDataReader row) => row.IsDBNull(4)
        ? new AudioConfiguration
        {
            Codec = row.GetString(1),
            Timescale = (uint)row.GetInt64(2),
            DecoderConfiguration = row.GetFieldValue<byte[]>(3),
            Channels = row.GetInt32(8),
        }
        : new VideoConfiguration
        {
            Codec = row.GetString(1),
            Timescale = (uint)row.GetInt64(2),
            DecoderConfiguration = row.GetFieldValue<byte[]>(3),
            Width = row.GetInt32(4),
            Height = row.GetInt32(5),
            SampleAspectRatio = (row.GetInt32(6), row.GetInt32(7)),
        };

    private static Segment Segment(SqliteDataReader row, RecordedTimeline timeline) => new()
    {
        Boundary = timeline.BoundaryOf(row.GetInt64(1)),
        DecodeTime = row.GetInt64(2),
        Duration = row.GetInt64(3),
        Initialization = row.GetInt32(4),
        Independent = row.GetBoolean(5),
        Length = row.GetInt64(6),
    };

    private static DateTimeOffset Time(SqliteDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    private void Query(string sql, Action<SqliteDataReader> read, params ReadOnlySpan<object?> values)
    {
        using var database = _database.Read();
        Query(database, sql, read, values);
    }

    private static void Query(
        SqliteConnection database, string sql, Action<SqliteDataReader> read, params ReadOnlySpan<object?> values)
    {
        using var statement = new JournalStatement(database, sql);
        using var rows = statement.Query(values);
        while (rows.Read())
        {
            read(rows);
        }
    }
}
