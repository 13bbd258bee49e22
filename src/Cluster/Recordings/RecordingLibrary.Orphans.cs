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
    public Task<IReadOnlyList<Orphan>> OrphansAsync() => journal.ReadOrphansAsync();

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
        if (await IsKnownAsync(folder).ConfigureAwait(false)
            || !(await OrphansAsync().ConfigureAwait(false)).Any(orphan => orphan.Folder == folder))
        {
            return false;
        }

        await storage.DeleteFolderAsync(BroadcastFolder.Of(folder), cancellationToken).ConfigureAwait(false);
        await journal.ForgetOrphanAsync(folder).ConfigureAwait(false);
        LogOrphanDeleted(folder, reason);
        return true;
    }

    private async Task LookAtOrphansAsync(IReadOnlySet<string> folders, CancellationToken cancellationToken)
    {
        // Only what was looked at twice in a row has been there in between.
        var passed = _lookedAt is { } before ? time.GetElapsedTime(before) : TimeSpan.Zero;
        _lookedAt = time.GetTimestamp();
        var unknown = new List<string>();
        foreach (var folder in folders.Order(StringComparer.Ordinal))
        {
            if (!await IsKnownAsync(folder).ConfigureAwait(false))
            {
                unknown.Add(folder);
            }
        }

        await journal.SeeOrphansAsync(unknown, time.GetUtcNow(), passed < RetentionInterval * 2 ? passed : RetentionInterval * 2)
            .ConfigureAwait(false);
        if (unknown.Count > _orphans)
        {
            LogOrphans(unknown.Count, unknown[0], options.Quarantine);
        }

        _orphans = unknown.Count;
        var orphans = await OrphansAsync().ConfigureAwait(false);
        foreach (var orphan in orphans.Where(orphan => orphan.SeenFor >= options.Quarantine))
        {
            await DeleteOrphanAsync(orphan.Folder, "its quarantine is over", cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> IsKnownAsync(string folder) =>
        _recordings.ContainsKey(folder) || _growing.ContainsKey(folder) || await journal.KnowsAsync(folder).ConfigureAwait(false);
}
