using Streaming.Cluster.Naming;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <content>Compares the storage with the journal object by object, when the operator wants it. It changes nothing.</content>
public sealed partial class RecordingLibrary
{
    private int _isComparing;

    /// <summary>
    /// The objects that the journal does not know, and those that it has and that are not there; null while another comparison is under
    /// way. Broadcasts under way are left out, and what is being deleted. Takes a list of all objects: a request for each thousand, in
    /// a bucket.
    /// </summary>
    /// <exception cref="IOException">The storage cannot tell.</exception>
    public async Task<StorageComparison?> CompareAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isComparing, 1) != 0)
        {
            return null;
        }

        try
        {
            var comparison = new StorageComparison(new ObjectTally(), new ObjectTally());
            var folders = await storage.ListFoldersAsync(BroadcastFolder.Root, cancellationToken).ConfigureAwait(false);
            var known = await journal.ReadStoredAsync().ConfigureAwait(false);
            foreach (var id in folders.Union(known, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                await CompareAsync(id, comparison, cancellationToken).ConfigureAwait(false);
            }

            return comparison;
        }
        finally
        {
            Volatile.Write(ref _isComparing, 0);
        }
    }

    private async Task CompareAsync(string id, StorageComparison comparison, CancellationToken cancellationToken)
    {
        var isKnown = await IsKnownAsync(id).ConfigureAwait(false);
        if (await IsChangingAsync(id).ConfigureAwait(false))
        {
            return;
        }

        // Listed first: what is listed is older than what the journal says.
        var there = await LengthsAsync(id, cancellationToken).ConfigureAwait(false);
        var missing = isKnown ? await TakeKnownAsync(id, there).ConfigureAwait(false) : [];
        if (await IsChangingAsync(id).ConfigureAwait(false) || isKnown != await IsKnownAsync(id).ConfigureAwait(false))
        {
            return; // It began to be deleted meanwhile, or was.
        }

        foreach (var (name, length) in there.OrderBy(static stored => stored.Key, StringComparer.Ordinal))
        {
            comparison.Unknown.Add(new(name, length));
        }

        foreach (var lost in missing)
        {
            comparison.Missing.Add(lost);
        }
    }

    private async ValueTask<bool> IsChangingAsync(string id) => _growing.ContainsKey(id)
        || underWay?.HasElsewhere(id) == true
        || await journal.IsLeavingAsync(id).ConfigureAwait(false);

    /// <summary>Takes away what the journal knows, and gives back what it has and is not among it.</summary>
    private async Task<List<StoredObject>> TakeKnownAsync(string id, Dictionary<string, long> there)
    {
        var missing = new List<StoredObject>();
        foreach (var (rendition, sequence, bytes) in await journal.ReadSegmentsAsync(id).ConfigureAwait(false))
        {
            var name = StoredName(id, rendition, MediaNames.Segment(sequence));
            if (!there.Remove(name, out var length) || length != bytes)
            {
                missing.Add(new(name, bytes));
            }
        }

        var gone = await journal.ReadLetGoAsync().ConfigureAwait(false);
        foreach (var (_, rendition, sequence) in gone.Where(letGo => letGo.Broadcast == id))
        {
            there.Remove(StoredName(id, rendition, MediaNames.Segment(sequence)));
        }

        foreach (var name in RecordingManifests.NamesOf(await journal.ReadRenditionsAsync(id).ConfigureAwait(false)))
        {
            there.Remove($"{BroadcastFolder.Of(id)}/{name}");
        }

        foreach (var rendition in (await journal.ReadAsync(id).ConfigureAwait(false))?.Renditions ?? [])
        {
            TakeWhatFollows(id, rendition, there);
        }

        return missing;
    }

    /// <summary>What follows from the journal: headers, and the empty segments that were stored in place of gaps.</summary>
    private static void TakeWhatFollows(string id, RenditionSnapshot rendition, Dictionary<string, long> there)
    {
        for (var index = 0; index < rendition.Initializations.Length; index++)
        {
            there.Remove(StoredName(id, rendition.Name, MediaNames.Initialization(index)));
        }

        foreach (var gap in rendition.Segments.Where(static segment => segment.IsGap))
        {
            var sequence = gap.Boundary.MediaSequence;
            var name = StoredName(id, rendition.Name, MediaNames.Segment(sequence));
            if (there.TryGetValue(name, out var length) && length == EmptySegment.Create(sequence, gap.DecodeTime).Length)
            {
                there.Remove(name);
            }
        }
    }
}
