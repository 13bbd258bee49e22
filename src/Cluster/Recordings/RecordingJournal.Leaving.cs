namespace Streaming.Cluster.Recordings;

/// <content>
/// Broadcasts whose media is to be deleted: known to be, from before the first file goes until the last one has gone. They are
/// recordings no longer, also after a crash in between, or where the storage is away for days.
/// </content>
public sealed partial class RecordingJournal
{
    /// <summary>Notes that a broadcast is to go. Possible on a full disk too: it is what makes room.</summary>
    public void Leave(string broadcastId) =>
        Leave("INSERT OR IGNORE INTO leaving VALUES ($1)", broadcastId);

    /// <summary>Notes that all broadcasts of a channel are to go, those under way included.</summary>
    public void LeaveChannel(string channel) =>
        Leave("INSERT OR IGNORE INTO leaving SELECT id FROM broadcasts WHERE channel = $1", channel);

    /// <summary>Ids of the broadcasts that are to go.</summary>
    public IReadOnlyList<string> ReadLeaving()
    {
        var ids = new List<string>();
        Query("SELECT broadcast FROM leaving ORDER BY broadcast", row => ids.Add(row.GetString(0)));
        return ids;
    }

    /// <summary>Whether the broadcast is to go.</summary>
    public bool IsLeaving(string broadcastId)
    {
        var isLeaving = false;
        Query("SELECT 1 FROM leaving WHERE broadcast = $1", _ => isLeaving = true, broadcastId);
        return isLeaving;
    }

    private void Leave(string sql, string value)
    {
        lock (_using)
        {
            _database.WithSpareSpace(() => Execute(sql, value));
        }
    }
}
