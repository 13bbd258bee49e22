namespace Streaming.Cluster.Recordings;

/// <content>
/// Folders of media that no broadcast is known of. How long each has been looked at is added up, look by look: neither a clock
/// that jumps nor a node that was off for a month makes one older.
/// </content>
public sealed partial class RecordingJournal
{
    /// <summary>The orphans are these now, and those that were before are older by <paramref name="passed"/>.</summary>
    public void SeeOrphans(IReadOnlyCollection<string> folders, DateTimeOffset now, TimeSpan passed)
    {
        var before = ReadOrphans().Select(orphan => orphan.Folder).ToHashSet(StringComparer.Ordinal);
        if (before.Count == 0 && folders.Count == 0)
        {
            return;
        }

        lock (_using)
        {
            _database.AtOnce(() =>
            {
                Execute("UPDATE orphans SET seen_for = seen_for + $1", passed.Ticks);
                foreach (var gone in before.Except(folders))
                {
                    Execute("DELETE FROM orphans WHERE folder = $1", gone);
                }

                foreach (var found in folders.Except(before))
                {
                    Execute("INSERT OR IGNORE INTO orphans VALUES ($1, $2, 0)", found, now.UtcTicks);
                }
            });
        }
    }

    /// <summary>The orphans as they were last seen, by name.</summary>
    public IReadOnlyList<Orphan> ReadOrphans()
    {
        var orphans = new List<Orphan>();
        Query(
            "SELECT folder, seen_at, seen_for FROM orphans ORDER BY folder",
            row => orphans.Add(new(row.GetString(0), Time(row, 1), new TimeSpan(row.GetInt64(2)))));
        return orphans;
    }

    /// <summary>An orphan is no more.</summary>
    public void ForgetOrphan(string folder)
    {
        lock (_using)
        {
            Execute("DELETE FROM orphans WHERE folder = $1", folder);
        }
    }
}
