using Streaming.Cluster.Naming;

namespace Streaming.Cluster.Recordings;

/// <content>
/// Media that no broadcast is known of. The operator may delete it; otherwise it stays for as long as its quarantine, in which a
/// copy of the journal can be put back.
/// </content>
public sealed partial class RecordingLibrary
{
    private long? _lookedAt;
    private int _orphans;

    /// <summary>The orphans as they were last seen, by name.</summary>
    public IReadOnlyList<Orphan> Orphans => journal.ReadOrphans();

    /// <summary>How long an orphan is kept.</summary>
    public TimeSpan Quarantine => options.Quarantine;

    /// <summary>Bytes of an orphan.</summary>
    /// <exception cref="IOException">The storage cannot tell.</exception>
    public async Task<long> MeasureAsync(Orphan orphan, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        var objects = storage.ListAsync(BroadcastFolder.Of(orphan.Folder), cancellationToken);
        await foreach (var stored in objects.ConfigureAwait(false))
        {
            bytes += stored.Length;
        }

        return bytes;
    }

    /// <summary>Deletes an orphan; false when there is none of that name.</summary>
    /// <exception cref="IOException">The storage cannot delete it now.</exception>
    public async Task<bool> DeleteOrphanAsync(string folder, string reason, CancellationToken cancellationToken)
    {
        if (IsKnown(folder) || !Orphans.Any(orphan => orphan.Folder == folder))
        {
            return false;
        }

        await storage.DeleteFolderAsync(BroadcastFolder.Of(folder), cancellationToken).ConfigureAwait(false);
        journal.ForgetOrphan(folder);
        LogOrphanDeleted(folder, reason);
        return true;
    }

    private async Task LookAtOrphansAsync(IReadOnlySet<string> folders, CancellationToken cancellationToken)
    {
        // Only what was looked at twice in a row has been there in between.
        var passed = _lookedAt is { } before ? time.GetElapsedTime(before) : TimeSpan.Zero;
        _lookedAt = time.GetTimestamp();
        string[] unknown = [.. folders.Where(folder => !IsKnown(folder)).Order(StringComparer.Ordinal)];
        journal.SeeOrphans(unknown, time.GetUtcNow(), passed < RetentionInterval * 2 ? passed : RetentionInterval * 2);
        if (unknown.Length > _orphans)
        {
            LogOrphans(unknown.Length, unknown[0], options.Quarantine);
        }

        _orphans = unknown.Length;
        foreach (var orphan in Orphans.Where(orphan => orphan.SeenFor >= options.Quarantine))
        {
            await DeleteOrphanAsync(orphan.Folder, "its quarantine is over", cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsKnown(string folder) =>
        _recordings.ContainsKey(folder) || _growing.ContainsKey(folder) || journal.Knows(folder);
}
