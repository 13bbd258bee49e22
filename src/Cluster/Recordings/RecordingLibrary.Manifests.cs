using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>
/// The manifests of recordings, stored beside their media, so that whoever gets at the storage can play them without a node. The journal of
/// what has ended does not change any more: each is written once, and under a name that stands for nothing else.
/// </content>
public sealed partial class RecordingLibrary
{
    // Tells that there may be some to write; once is enough, however many.
    private readonly Channel<bool> _ended = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Stores the manifests of what has ended, when something has and after each look, until cancelled.</summary>
    public async Task RunManifestsAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _ended.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var turn = await journal.TakeTurnAsync().ConfigureAwait(false);
                if (turn is not null)
                {
                    await using (turn.ConfigureAwait(false))
                    {
                        await WriteManifestsAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
            }
            catch (DbException e)
            {
                LogFailed(e.Message); // Tried again after the next look.
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogBroken(e); // A mistake of ours: it ends this try, and neither the next nor the node.
            }
        }
    }

    /// <summary>
    /// Stores all manifests that are not stored as yet, of recordings whose media is there. What cannot be stored now is the next time.
    /// </summary>
    public async Task WriteManifestsAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            var without = await journal.ReadWithoutManifestsAsync().ConfigureAwait(false);
            foreach (var id in without.Where(id => _recordings.TryGetValue(id, out var found) && IsHere(found)))
            {
                try
                {
                    if (await _timelines.OfAsync(id).ConfigureAwait(false) is { } timeline)
                    {
                        await WriteManifestsAsync(timeline, cancellationToken).ConfigureAwait(false);
                    }
                }
                catch (Exception e) when (IsPassing(e))
                {
                    failure = e; // One that cannot be stored does not keep the others.
                }
            }
        }
        catch (DbException e)
        {
            failure = e;
        }

        if (failure is not null)
        {
            LogFailed(failure.Message);
        }
    }

    private async Task WriteManifestsAsync(BroadcastSnapshot recording, CancellationToken cancellationToken)
    {
        var epoch = await journal.ReadEpochAsync(recording.Id).ConfigureAwait(false);
        foreach (var rendition in recording.Renditions)
        {
            await WriteHeadersAsync(recording.Id, rendition, epoch, cancellationToken).ConfigureAwait(false);
            await WriteGapsAsync(recording.Id, rendition, epoch, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (name, content) in RecordingManifests.Of(recording))
        {
            await WriteOnceAsync($"{BroadcastFolder.Of(recording.Id)}/{name}", content, epoch, cancellationToken).ConfigureAwait(false);
        }

        await journal.AddManifestsAsync(recording.Id).ConfigureAwait(false);
        if (!_recordings.ContainsKey(recording.Id))
        {
            // It was deleted meanwhile, perhaps before the last of these was written.
            await storage.DeleteFolderAsync(BroadcastFolder.Of(recording.Id), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Headers that did not get into a full storage follow from the journal.</summary>
    private async Task WriteHeadersAsync(string id, RenditionSnapshot rendition, long epoch, CancellationToken cancellationToken)
    {
        for (var index = 0; index < rendition.Initializations.Length; index++)
        {
            var name = StoredName(id, rendition.Name, MediaNames.Initialization(index));
            var stored = await storage.OpenAsync(name, cancellationToken).ConfigureAwait(false);
            if (stored is null)
            {
                await WriteOnceAsync(name, CmafHeader.Create(rendition.Initializations[index]), epoch, cancellationToken)
                    .ConfigureAwait(false);
                continue;
            }

            await stored.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// HLS players are told not to ask for a gap; DASH's ask for all that lie between a rendition's media, and get a segment without
    /// samples.
    /// </summary>
    private Task WriteGapsAsync(
        string id, RenditionSnapshot rendition, long epoch, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rendition.Segments.Take(LastWithMedia(rendition.Segments) + 1).SkipWhile(static segment => segment.IsGap)
            .Where(static segment => segment.IsGap),
        new ParallelOptions { MaxDegreeOfParallelism = storage.WritesAtOnce, CancellationToken = cancellationToken },
        async (gap, token) =>
        {
            var sequence = gap.Boundary.MediaSequence;
            var name = StoredName(id, rendition.Name, MediaNames.Segment(sequence));
            await WriteOnceAsync(name, EmptySegment.Create(sequence, gap.DecodeTime), epoch, token).ConfigureAwait(false);
        });

    /// <summary>
    /// What has the name already stays, unless it is of a lower epoch: a segment whose upload was given up and arrived all the same, or what another version of the node
    /// wrote of the same recording.
    /// </summary>
    private async Task WriteOnceAsync(
        string name, ReadOnlyMemory<byte> content, long epoch, CancellationToken cancellationToken)
    {
        try
        {
            await storage.WriteAsync(name, [content], epoch, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageConflictException e)
        {
            LogTaken(e.Message);
        }
    }

    [LoggerMessage(232, LogLevel.Information, "A recording's manifest or gap was there already: {Reason}")]
    private partial void LogTaken(string reason);
}
