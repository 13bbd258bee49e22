using System.Collections.Immutable;
using System.Data.Common;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>
/// Compares what the journal knows with what is in storage. That something is not there deletes nothing: a recording without its
/// media is missing until the media is back. What is there and not known is an orphan.
/// </content>
public sealed partial class RecordingLibrary
{
    private bool _isAway;
    private int _missing;

    // Renditions are stored one after another, and a transcoder is a little behind its source: a crash leaves one ahead of the
    // other by this many segments at most. What is further behind had failed before.
    private const int AheadMax = 2;

    // Since when the broadcasts without an end were seen to be under way nowhere.
    private ImmutableDictionary<string, long> _underWayNowhere = ImmutableDictionary<string, long>.Empty;

    /// <summary>
    /// Broadcasts of earlier runs of the node that were cut off before they ended, with the epochs of their claims; the oldest first. None
    /// where nodes share the journal: those may be under way on others.
    /// </summary>
    /// <exception cref="DatabaseUnusableException">The journal cannot be read.</exception>
    public async Task<IReadOnlyList<(string Id, string Channel, long Epoch)>> ReadInterruptedAsync()
    {
        try
        {
            return journal.IsShared ? [] : await journal.ReadInterruptedAsync().ConfigureAwait(false);
        }
        catch (DbException e)
        {
            throw journal.Unusable(e);
        }
    }

    /// <summary>
    /// Before anything is live: lists the recordings, and closes the broadcasts that a crash cut off at their last stored segment.
    /// </summary>
    /// <exception cref="DatabaseUnusableException">The journal cannot be read.</exception>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAsync().ConfigureAwait(false);
            Mark(null); // Until it has been seen.
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            throw journal.Unusable(e);
        }
    }

    /// <summary>
    /// Looks what is in storage now, and finishes what could not be finished before; what all nodes with this storage could do, one does.
    /// What fails is tried next time.
    /// </summary>
    /// <exception cref="DbException">The journal cannot be read.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var folders = await ListAsync(cancellationToken).ConfigureAwait(false);
        Mark(folders);
        if (folders is null)
        {
            _lookedAt = null;
            return;
        }

        await TryAsync(WriteWaitingAsync).ConfigureAwait(false);
        var unended = await journal.ReadUnendedAsync().ConfigureAwait(false);
        await SeeWhatIsUnderWayAsync(unended).ConfigureAwait(false);
        var turn = await journal.TakeTurnAsync().ConfigureAwait(false);
        if (turn is not null)
        {
            await using (turn.ConfigureAwait(false))
            {
                await LookAfterAsync(unended, folders, cancellationToken).ConfigureAwait(false);
            }
        }

        _ended.Writer.TryWrite(true);
    }

    private async Task LookAfterAsync(
        IReadOnlyList<UnendedBroadcast> unended, IReadOnlySet<string> folders, CancellationToken cancellationToken)
    {
        foreach (var cutOff in unended.Where(broadcast => !_growing.ContainsKey(broadcast.Id) && IsAbandoned(broadcast.Id)))
        {
            await TryAsync(() => CloseAsync(cutOff, folders.Contains(cutOff.Id), cancellationToken)).ConfigureAwait(false);
        }

        await TryAsync(() => LookAtOrphansAsync(folders, cancellationToken)).ConfigureAwait(false);
        await TryAsync(() => FinishLeavingAsync(cancellationToken)).ConfigureAwait(false);
        await TryAsync(() => DeleteLetGoAsync(cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Notes which broadcasts without an end no node says to have.</summary>
    private async Task SeeWhatIsUnderWayAsync(IReadOnlyList<UnendedBroadcast> unended)
    {
        if (!journal.IsShared)
        {
            return;
        }

        var leaving = await journal.ReadLeavingAsync().ConfigureAwait(false);
        var (now, before) = (time.GetTimestamp(), _underWayNowhere);
        _underWayNowhere = unended.Select(static broadcast => broadcast.Id)
            .Concat(leaving.Where(static broadcast => !broadcast.HasEnded).Select(static broadcast => broadcast.Id))
            .Where(id => !_growing.ContainsKey(id) && underWay?.HasElsewhere(id) != true)
            .ToImmutableDictionary(static id => id, id => before.GetValueOrDefault(id, now), StringComparer.Ordinal);
    }

    /// <summary>
    /// Whether a broadcast without an end is over: a node that is alone knows what it has under way, and others have to have said for a
    /// while that they do not have it.
    /// </summary>
    private bool IsAbandoned(string id) => !journal.IsShared
        || (_underWayNowhere.TryGetValue(id, out var since)
            && time.GetElapsedTime(since) >= (patience ?? UnderWayPatience + UnderWayPatience));

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (IsPassing(e))
        {
            LogFailed(e.Message);
        }
    }

    /// <summary>What storage or a journal that can be read fail with, which may be well another time.</summary>
    private static bool IsPassing(Exception e) =>
        e is IOException or UnauthorizedAccessException || (e is DbException database && !DatabaseFailure.IsDamage(database));

    /// <summary>The folders of broadcasts in storage; null when it cannot tell.</summary>
    private async Task<IReadOnlySet<string>?> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            var folders = await storage.ListFoldersAsync(BroadcastFolder.Root, cancellationToken).ConfigureAwait(false);
            if (_isAway)
            {
                _isAway = false;
                LogBack();
            }

            return folders.ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isAway)
            {
                _isAway = true;
                LogAway(e.Message);
            }

            return null;
        }
    }

    /// <summary>
    /// Which recordings are there and which are missing; all are where the storage cannot tell, and those on another node's storage alone.
    /// </summary>
    private void Mark(IReadOnlySet<string>? folders)
    {
        var missing = new List<string>();
        foreach (var (id, recording) in _recordings)
        {
            var isHere = recording.IsOn(journal.Storage);
            var isMissing = !isHere || folders?.Contains(id) != true;
            if (isMissing && isHere)
            {
                missing.Add(id);
            }

            if (isMissing != recording.IsMissing)
            {
                _recordings.TryUpdate(id, recording with { IsMissing = isMissing }, recording);
            }
        }

        if (folders is not null && missing.Count > _missing)
        {
            LogMissing(missing.Count, missing[0]);
        }

        _missing = folders is null ? 0 : missing.Count;
    }

    /// <summary>Ends a broadcast that was cut off, without the segments whose files a loss of power has cost.</summary>
    private async Task CloseAsync(UnendedBroadcast cutOff, bool isThere, CancellationToken cancellationToken)
    {
        var id = cutOff.Id;
        var timeline = await journal.ReadAsync(id).ConfigureAwait(false);
        if (timeline is not null && isThere && cutOff.IsWhole)
        {
            foreach (var (rendition, sequence) in await LostAsync(timeline, cancellationToken).ConfigureAwait(false))
            {
                await journal.RemoveAsync(id, rendition, sequence).ConfigureAwait(false);
                await journal.AddMissingAsync(id, 1).ConfigureAwait(false);
            }

            timeline = await journal.ReadAsync(id).ConfigureAwait(false);
        }

        if (timeline is null)
        {
            await journal.LeaveAsync(id).ConfigureAwait(false); // Nothing of it was listed: it had hardly begun.
            return;
        }

        var end = CutOffAt(timeline);
        await journal.EndAsync(id, end, cutOff.Epoch).ConfigureAwait(false);
        LogRecovered(id, end - timeline.StartedAt);
        await FollowAsync().ConfigureAwait(false);
        if (!isThere && _recordings.TryGetValue(id, out var recording))
        {
            _recordings.TryUpdate(id, recording with { IsMissing = true }, recording);
        }
    }

    /// <summary>
    /// The segments whose files are not whole. None where no file is: that is no loss of power, and they may come back.
    /// </summary>
    private async Task<IReadOnlyList<(string Rendition, long Sequence)>> LostAsync(
        BroadcastSnapshot timeline, CancellationToken cancellationToken)
    {
        var there = await LengthsAsync(timeline.Id, cancellationToken).ConfigureAwait(false);
        var lost = new List<(string, long)>();
        var count = 0;
        foreach (var rendition in timeline.Renditions)
        {
            foreach (var segment in rendition.Segments.Where(segment => !segment.IsGap))
            {
                count++;
                var sequence = segment.Boundary.MediaSequence;
                var name = StoredName(timeline.Id, rendition.Name, MediaNames.Segment(sequence));
                if (!there.TryGetValue(name, out var length) || length != segment.Length)
                {
                    lost.Add((rendition.Name, sequence));
                }
            }
        }

        // Asked once more: while the files were looked at, the storage may have gone.
        await storage.ListFoldersAsync(BroadcastFolder.Root, cancellationToken).ConfigureAwait(false);
        return lost.Count < count ? lost : [];
    }

    /// <summary>Lengths of the broadcast's files, by their names in storage: a list costs less than a look at each.</summary>
    private async Task<Dictionary<string, long>> LengthsAsync(string id, CancellationToken cancellationToken)
    {
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var stored in storage.ListAsync(BroadcastFolder.Of(id), cancellationToken).ConfigureAwait(false))
        {
            lengths[stored.Name] = stored.Length;
        }

        return lengths;
    }

    /// <summary>Wall-clock time up to which all renditions have media that were still going when it was cut off.</summary>
    private static DateTimeOffset CutOffAt(BroadcastSnapshot timeline)
    {
        var ends = timeline.Renditions.Select(rendition => LastWithMedia(rendition.Segments)).ToList();
        var end = ends.Where(last => ends.Max() - last <= AheadMax).Min();
        var segments = timeline.Renditions[0].Segments;
        return end + 1 < segments.Length ? segments[end + 1].Boundary.ProgramDateTime : timeline.PublishedAt;
    }

    private static int LastWithMedia(SegmentList segments)
    {
        var last = segments.Length - 1;
        while (last >= 0 && segments[last].IsGap)
        {
            last--;
        }

        return last;
    }
}
