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
    /// takes to make
    /// room for <paramref name="bytes"/>; returns the bytes that it makes.
    /// </summary>
    public long LetGo(string broadcastId, long before, long bytes)
    {
        var freed = 0L;
        long? last = null;
        Query(
            """
            SELECT sequence, freed FROM (
                SELECT sequence, sum(length) AS own, sum(sum(length)) OVER (ORDER BY sequence) AS freed
                FROM segments WHERE broadcast = $1 AND sequence < $2 GROUP BY sequence)
            WHERE freed - own < $3 ORDER BY sequence DESC LIMIT 1
            """,
            row => (last, freed) = (row.GetInt64(0), row.GetInt64(1)),
            broadcastId, before, bytes);
        if (last is null)
        {
            return 0;
        }

        lock (_using)
        {
            _database.WithSpareSpace(() => _database.AtOnce(() =>
            {
                Execute(
                    "INSERT OR IGNORE INTO let_go SELECT broadcast, rendition, sequence FROM segments "
                    + "WHERE broadcast = $1 AND sequence <= $2",
                    broadcastId, last);
                Execute("DELETE FROM segments WHERE broadcast = $1 AND sequence <= $2", broadcastId, last);
                Execute("DELETE FROM boundaries WHERE broadcast = $1 AND sequence <= $2", broadcastId, last);
            }));
        }

        return freed;
    }

    /// <summary>The segments that were let go of and whose files may still be there.</summary>
    public IReadOnlyList<(string Broadcast, string Rendition, long MediaSequence)> ReadLetGo()
    {
        var segments = new List<(string, string, long)>();
        Query(
            "SELECT broadcast, rendition, sequence FROM let_go ORDER BY broadcast, sequence",
            row => segments.Add((row.GetString(0), row.GetString(1), row.GetInt64(2))));
        return segments;
    }

    /// <summary>The files of these segments that were let go of are gone.</summary>
    public void Forget(IReadOnlyCollection<(string Broadcast, string Rendition, long MediaSequence)> segments)
    {
        if (segments.Count == 0)
        {
            return;
        }

        lock (_using)
        {
            using var forget = new JournalStatement(
                _database.Connection, "DELETE FROM let_go WHERE broadcast = $1 AND rendition = $2 AND sequence = $3");
            _database.AtOnce(() =>
            {
                foreach (var (broadcast, rendition, sequence) in segments)
                {
                    forget.Execute(broadcast, rendition, sequence);
                }
            });
        }
    }
}
