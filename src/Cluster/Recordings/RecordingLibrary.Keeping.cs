using System.Collections.Concurrent;
using System.Data.Common;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>What is kept as time goes by.</content>
public sealed partial class RecordingLibrary
{
    // Noted in one transaction; what a crash leaves of a batch is deleted again.
    private const int DeletionsInABatch = 256;

    private bool _isTooMuch;
    private long _growingElsewhere; // Bytes of what other nodes have under way on the same storage.

    /// <summary>Deletes what is too old or too much, the oldest first, until cancelled.</summary>
    public async Task RunRetentionAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RetentionInterval, time);
        do
        {
            try
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
                await PruneAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
            {
                LogFailed(e.Message); // Tried again next time.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogBroken(e); // A mistake of ours: it ends this look, and neither the next nor the node.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Deletes what is too old or too much now: recordings, the oldest first, and if that is not enough the beginnings of
    /// broadcasts under way as far as nobody can play them live. Recordings are one node's work, beginnings are of those whose they are.
    /// </summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        if (journal.IsShared)
        {
            var elsewhere = await journal.ReadGrowingBytesAsync([.. _growing.Keys]).ConfigureAwait(false);
            Volatile.Write(ref _growingElsewhere, elsewhere);
        }

        var turn = await journal.TakeTurnAsync().ConfigureAwait(false);
        if (turn is not null)
        {
            await using (turn.ConfigureAwait(false))
            {
                await PruneRecordingsAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await LetGoOfBeginningsAsync().ConfigureAwait(false);
        await DeleteLetGoAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PruneRecordingsAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var recording in _recordings.Values.OrderBy(recording => recording.EndedAt))
        {
            // What is missing takes up nothing, and deleting it would make no room.
            var reason = now - recording.EndedAt >= options.MaxAge ? "it is too old"
                : IsHere(recording) && SizeBytes > options.MaxBytes ? "recordings take too much space"
                : null;
            if (reason is not null && await DeleteAsync(recording.Id, cancellationToken).ConfigureAwait(false))
            {
                LogDeleted(recording.Id, recording.Channel, reason);
            }
        }
    }

    private async Task LetGoOfBeginningsAsync()
    {
        if (options.MaxBytes is not { } max)
        {
            return;
        }

        // Recordings go first, which another node may be about to see to.
        foreach (var (id, growing) in _growing.OrderBy(growing => growing.Key, StringComparer.Ordinal))
        {
            if (SizeBytes <= max || _recordings.Values.Any(IsHere))
            {
                break;
            }

            var freed = await journal.LetGoAsync(id, growing.ReleasedBefore, SizeBytes - max).ConfigureAwait(false);
            growing.Free(freed);
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

    /// <summary>Deletes the files of segments that were let go of, a batch after another.</summary>
    private async Task DeleteLetGoAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in (await journal.ReadLetGoAsync().ConfigureAwait(false)).Chunk(DeletionsInABatch))
        {
            var deleted = new ConcurrentBag<(string Broadcast, string Rendition, long MediaSequence)>();
            try
            {
                await Parallel.ForEachAsync(
                    batch,
                    new ParallelOptions { MaxDegreeOfParallelism = storage.WritesAtOnce, CancellationToken = cancellationToken },
                    async (segment, token) =>
                    {
                        var name = StoredName(segment.Broadcast, segment.Rendition, MediaNames.Segment(segment.MediaSequence));
                        await storage.DeleteAsync(name, token).ConfigureAwait(false);
                        deleted.Add(segment);
                    }).ConfigureAwait(false);
            }
            finally
            {
                await journal.ForgetAsync(deleted).ConfigureAwait(false);
            }
        }
    }
}
