using System.Data.Common;
using Streaming.Cluster.Live;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>What is kept: after a crash, and as time goes by.</content>
public sealed partial class RecordingLibrary
{
    private bool _isTooMuch;

    // Renditions are stored one after another, and a transcoder is a little behind its source: a crash leaves one ahead of the
    // other by this many segments at most. What is further behind had failed before.
    private const int AheadMax = 2;

    /// <summary>
    /// Before anything is live: closes the broadcasts that a crash cut off at their last stored segment, and deletes media
    /// that belongs to no recording.
    /// </summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await DeleteLetGoAsync(cancellationToken).ConfigureAwait(false);
        foreach (var id in journal.ReadUnended())
        {
            await CloseAsync(id, cancellationToken).ConfigureAwait(false);
        }

        var folders = await storage.ListFoldersAsync(LiveMedia.Root, cancellationToken).ConfigureAwait(false);
        foreach (var recording in journal.ReadRecordings())
        {
            if (folders.Contains(recording.Id))
            {
                Keep(recording);
            }
            else
            {
                journal.Delete(recording.Id); // Deleted but for this, or kept in a memory that is gone.
            }
        }

        foreach (var folder in folders.Where(folder => Find(folder) is null))
        {
            await storage.DeleteFolderAsync(LiveMedia.FolderOf(folder), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes what is too old or too much, the oldest first, until cancelled.</summary>
    public async Task RunRetentionAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RetentionInterval, time);
        do
        {
            try
            {
                await PruneAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
            {
                LogFailed(e.Message); // Tried again next time.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Deletes what is too old or too much now: recordings, the oldest first, and if that is not enough the beginnings of
    /// broadcasts under way as far as nobody can play them live.
    /// </summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        await PruneRecordingsAsync(cancellationToken).ConfigureAwait(false);
        LetGoOfBeginnings();
        await DeleteLetGoAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PruneRecordingsAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Recording[] oldestFirst;
        lock (_changing)
        {
            oldestFirst = [.. _recordings.Values.OrderBy(recording => recording.EndedAt)];
        }

        foreach (var recording in oldestFirst)
        {
            var reason = now - recording.EndedAt >= options.MaxAge ? "it is too old"
                : SizeBytes > options.MaxBytes ? "recordings take too much space"
                : null;
            if (reason is null)
            {
                return;
            }

            if (await DeleteAsync(recording.Id, cancellationToken).ConfigureAwait(false))
            {
                LogDeleted(recording.Id, recording.Channel, reason);
            }
        }
    }

    private void LetGoOfBeginnings()
    {
        if (options.MaxBytes is not { } max)
        {
            return;
        }

        lock (_changing)
        {
            foreach (var (id, growing) in _growing.OrderBy(growing => growing.Key, StringComparer.Ordinal))
            {
                if (SizeBytes <= max)
                {
                    break;
                }

                var freed = journal.LetGo(id, growing.ReleasedBefore, SizeBytes - max);
                growing.SizeBytes -= freed;
                if (freed > 0 && !growing.IsCut)
                {
                    growing.IsCut = true;
                    LogCut(id, max);
                }
            }

            var isTooMuch = SizeBytes > max;
            if (isTooMuch && !_isTooMuch)
            {
                LogNothingLeft(max);
            }

            _isTooMuch = isTooMuch;
        }
    }

    /// <summary>Deletes the files of segments that were let go of.</summary>
    private async Task DeleteLetGoAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, rendition, sequence) in journal.ReadLetGo())
        {
            var name = $"{LiveMedia.FolderOf(id)}/{rendition}/{MediaNames.Segment(sequence)}";
            await storage.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            journal.Forget(id, rendition, sequence);
        }
    }

    private void Keep(Recording recording)
    {
        lock (_changing)
        {
            _recordings[recording.Id] = recording;
        }
    }

    /// <summary>Ends a broadcast that was cut off, without the segments whose files a loss of power has cost.</summary>
    private async Task CloseAsync(string id, CancellationToken cancellationToken)
    {
        foreach (var rendition in journal.Read(id)?.Renditions ?? [])
        {
            foreach (var segment in rendition.Segments)
            {
                if (!segment.IsGap && !await IsWholeAsync(id, rendition.Name, segment, cancellationToken).ConfigureAwait(false))
                {
                    journal.Remove(id, rendition.Name, segment.Boundary.MediaSequence);
                }
            }
        }

        if (journal.Read(id) is { } timeline)
        {
            var end = CutOffAt(timeline);
            journal.End(id, end);
            LogRecovered(id, end - timeline.StartedAt);
        }
        else
        {
            journal.Delete(id);
        }
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

    private async Task<bool> IsWholeAsync(string id, string rendition, Segment segment, CancellationToken cancellationToken)
    {
        var name = MediaNames.Segment(segment.Boundary.MediaSequence);
        var stored = await OpenAsync(id, rendition, name, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            return false;
        }

        await using (stored.ConfigureAwait(false))
        {
            return stored.Length == segment.Length;
        }
    }
}
