namespace Streaming.Cluster.Recordings;

/// <content>The recordings whose manifests are in storage beside their media.</content>
public sealed partial class RecordingJournal
{
    /// <summary>Ids of the recordings whose manifests are not in storage as yet, the one that ended last first.</summary>
    public IReadOnlyList<string> ReadWithoutManifests()
    {
        var ids = new List<string>();
        Query(
            """
            SELECT id FROM broadcasts
            WHERE ended_at IS NOT NULL AND id NOT IN (SELECT broadcast FROM manifests) AND id NOT IN (SELECT broadcast FROM leaving)
                AND EXISTS (SELECT 1 FROM segments WHERE broadcast = id)
            ORDER BY ended_at DESC, id
            """,
            row => ids.Add(row.GetString(0)));
        return ids;
    }

    /// <summary>Notes that the manifests of a recording are in storage. Nothing where it is no more.</summary>
    public void AddManifests(string broadcastId)
    {
        lock (_using)
        {
            Execute("INSERT OR IGNORE INTO manifests SELECT id FROM broadcasts WHERE id = $1", broadcastId);
        }
    }

    /// <summary>Renditions of a broadcast that has ended, which may have manifests; none of others.</summary>
    public IReadOnlyList<string> ReadRenditions(string broadcastId)
    {
        var names = new List<string>();
        Query(
            """
            SELECT DISTINCT rendition FROM initializations
            WHERE broadcast = $1 AND EXISTS (SELECT 1 FROM broadcasts WHERE id = $1 AND ended_at IS NOT NULL) ORDER BY rendition
            """,
            row => names.Add(row.GetString(0)),
            broadcastId);
        return names;
    }
}
