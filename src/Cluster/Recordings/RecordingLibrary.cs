using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The recordings of this node, or of all where they share the journal: keeps their list in memory, gives out their timelines, and deletes
/// what is too old or too much. Media files stay where they were when the broadcast was live. Safe from any thread. What a broadcast's graph
/// and those who look something up call waits for no database.
/// </summary>
/// <param name="journal">Of broadcasts.</param>
/// <param name="options">What is kept.</param>
/// <param name="storage">Has the media.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Of the library.</param>
/// <param name="underWay">What other nodes have under way; null where there are none.</param>
/// <param name="patience">
/// For how long a broadcast has to be under way nowhere before it is over, where nodes share the journal; null for
/// <see cref="UnderWayPatience"/>.
/// </param>
public sealed partial class RecordingLibrary(
    RecordingJournal journal,
    RecordingOptions options,
    IMediaStorage storage,
    TimeProvider time,
    ILogger<RecordingLibrary> logger,
    IBroadcastsUnderWay? underWay = null,
    TimeSpan? patience = null)
{
    /// <summary>Between two looks for recordings whose time is over.</summary>
    public static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(30);

    /// <summary>Beyond the time for which a lost publisher is waited.</summary>
    public static readonly TimeSpan UnderWayPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Recording> _recordings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BroadcastRecording> _growing = new(StringComparer.Ordinal);
    private readonly RecordedTimelines _timelines = new(journal);

    internal RecordingJournal Journal => journal;

    /// <summary>All nodes have the same recordings.</summary>
    internal bool IsShared => journal.IsShared;

    /// <summary>Bytes on this node's storage of all recordings and of the broadcasts that are becoming one.</summary>
    public long SizeBytes =>
        _recordings.Values.Where(IsHere).Sum(recording => recording.SizeBytes)
        + _growing.Values.Sum(growing => growing.SizeBytes)
        + Volatile.Read(ref _growingElsewhere);

    /// <summary>The recordings of a channel, the newest first.</summary>
    public IReadOnlyList<Recording> Of(string channel) =>
    [
        .. _recordings.Values
            .Where(recording => recording.Channel == channel)
            .OrderByDescending(recording => recording.EndedAt).ThenByDescending(recording => recording.Id, StringComparer.Ordinal),
    ];

    /// <summary>How many recordings the channels have that have any.</summary>
    public IReadOnlyDictionary<string, int> CountByChannel() =>
        _recordings.Values.CountBy(recording => recording.Channel).ToDictionary(StringComparer.Ordinal);

    /// <summary>Ids of what is on this node's storage, as far as it is listed, and of what is under way.</summary>
    public IEnumerable<string> Known =>
        _recordings.Values.Where(recording => !IsElsewhere(recording)).Select(recording => recording.Id).Concat(_growing.Keys);

    /// <summary>None of its media is on this node's storage: only nodes with the one that has it can play it.</summary>
    public bool IsElsewhere(Recording recording) => !recording.IsOn(journal.Storage);

    /// <summary>The recording of that id.</summary>
    public Recording? Find(string id) => _recordings.GetValueOrDefault(id);

    /// <summary>The timeline of a recording, null when there is no such.</summary>
    public async ValueTask<BroadcastSnapshot?> TimelineAsync(string id) =>
        _recordings.ContainsKey(id) ? await _timelines.OfAsync(id).ConfigureAwait(false) : null;

    /// <summary>Opens a file of a recording; null when there is none.</summary>
    public Task<Stream?> OpenAsync(string id, string rendition, string name, CancellationToken cancellationToken) =>
        storage.OpenAsync(StoredName(id, rendition, name), cancellationToken);

    /// <summary>
    /// Begins the page of a broadcast, which becomes a recording where that is on; or goes on with one that another origin began, under a
    /// higher epoch. From the channel's supervisor.
    /// </summary>
    internal BroadcastRecording Record(string id, string channel, SegmentationOptions segments, long epoch = 0)
    {
        var begun = new BroadcastRecording(this, id, channel, segments.Limit, segments.PartTarget, epoch, options.Enabled);
        return _growing.AddOrUpdate(id, begun, (_, known) => known.Epoch < epoch ? begun : known);
    }

    /// <summary>The page is another node's by now.</summary>
    internal void LetGo(BroadcastRecording broadcast) => _growing.TryRemove(new(broadcast.Id, broadcast));

    /// <summary>Decides what becomes of a broadcast that is over.</summary>
    /// <exception cref="DbException">The journal takes nothing now: it is tried again.</exception>
    internal async Task EndAsync(BroadcastRecording broadcast)
    {
        var id = broadcast.Id;
        await FlushAsync(broadcast).ConfigureAwait(false);
        if (await journal.ReadEpochAsync(id).ConfigureAwait(false) > broadcast.Epoch)
        {
            Keep(broadcast); // Another node goes on with it.
            return;
        }

        if (broadcast.IsUnwanted)
        {
            await journal.LeaveAsync(id).ConfigureAwait(false);
        }

        if (!broadcast.IsKept || await journal.IsLeavingAsync(id).ConfigureAwait(false))
        {
            broadcast.Fate = RecordingFate.Gone;
            return;
        }

        if (await journal.ReadAsync(id).ConfigureAwait(false) is not { } timeline)
        {
            await journal.LeaveAsync(id).ConfigureAwait(false);
            broadcast.Fate = RecordingFate.Gone;
            return;
        }

        try
        {
            await journal.EndAsync(id, timeline.PublishedAt, broadcast.Epoch).ConfigureAwait(false);
            await FollowAsync().ConfigureAwait(false);
        }
        catch (OvertakenException)
        {
            // Another node goes on with it, since a moment ago.
        }

        Keep(broadcast);
        _ended.Writer.TryWrite(true);
    }

    /// <summary>Deletes the files of a broadcast that is no recording, or has the next look do so.</summary>
    internal Task DeleteAsync(BroadcastRecording broadcast)
    {
        Forget(broadcast);
        return FinishAsync(broadcast.Id, CancellationToken.None);
    }

    /// <summary>
    /// Deletes a recording; false when there is none. It is gone when the journal says so; files that cannot be deleted now are
    /// when they can, and those on another node's storage by that node.
    /// </summary>
    /// <exception cref="DbException">The journal takes nothing now: nothing has changed.</exception>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (!_recordings.TryGetValue(id, out var recording))
        {
            return false;
        }

        await journal.LeaveAsync(id).ConfigureAwait(false);
        try
        {
            await FollowAsync().ConfigureAwait(false);
            if (recording.IsOn(journal.Storage))
            {
                await FinishAsync(id, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
        {
            LogLater(id, e.Message);
        }

        return true;
    }

    /// <summary>
    /// Takes all recordings of a channel off the list, the one of a broadcast under way too; <see cref="FinishLeavingAsync"/> deletes
    /// their files.
    /// </summary>
    /// <exception cref="DbException">The journal takes nothing now: nothing has changed.</exception>
    internal async Task LeaveChannelAsync(string channel)
    {
        await journal.LeaveChannelAsync(channel).ConfigureAwait(false);
        await FollowAsync().ConfigureAwait(false);
    }

    /// <summary>What this node has of a channel under way becomes no recording: the channel was deleted.</summary>
    internal void AbandonChannel(string channel)
    {
        foreach (var growing in _growing.Values.Where(growing => growing.Channel == channel))
        {
            growing.IsUnwanted = true;
        }
    }

    /// <summary>Deletes the media of what is to go, as far as it is not under way.</summary>
    internal async Task FinishLeavingAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var (id, hasEnded) in await journal.ReadLeavingAsync().ConfigureAwait(false))
        {
            if (_growing.ContainsKey(id) || !(hasEnded || IsAbandoned(id)))
            {
                continue;
            }

            try
            {
                await FinishAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (IsPassing(e))
            {
                failure = e; // One that cannot be deleted does not keep the others.
            }
        }

        if (failure is not null)
        {
            LogFailed(failure.Message);
        }
    }

    private static string StoredName(string id, string rendition, string name) => $"{BroadcastFolder.Of(id)}/{rendition}/{name}";

    /// <summary>Deletes the media of what is leaving. Its manifests go first: nobody begins to play what is half there.</summary>
    private async Task FinishAsync(string id, CancellationToken cancellationToken)
    {
        if (await journal.ReadRenditionsAsync(id).ConfigureAwait(false) is { Count: > 0 } renditions)
        {
            foreach (var name in RecordingManifests.NamesOf(renditions))
            {
                await storage.DeleteAsync($"{BroadcastFolder.Of(id)}/{name}", cancellationToken).ConfigureAwait(false);
            }
        }

        await storage.DeleteFolderAsync(BroadcastFolder.Of(id), cancellationToken).ConfigureAwait(false);
        await journal.DeleteAsync(id).ConfigureAwait(false);
    }

    private bool IsHere(Recording recording) => !recording.IsMissing && recording.IsOn(journal.Storage);

    /// <summary>It is a recording, or another node's: nothing of it is to be deleted here.</summary>
    private void Keep(BroadcastRecording broadcast)
    {
        broadcast.Fate = RecordingFate.Kept;
        Forget(broadcast);
    }

    private void Forget(BroadcastRecording broadcast) => _growing.TryRemove(KeyValuePair.Create(broadcast.Id, broadcast));

    /// <summary>What is overtaken has nothing more to write; whether it is another node's or its own to end is seen then.</summary>
    private static async Task FlushAsync(BroadcastRecording broadcast)
    {
        try
        {
            await broadcast.WriteAsync().ConfigureAwait(false);
        }
        catch (OvertakenException)
        {
        }
    }

    [LoggerMessage(220, LogLevel.Information, "Recording {Id} of {Channel} was deleted: {Reason}")]
    private partial void LogDeleted(string id, string channel, string reason);

    [LoggerMessage(221, LogLevel.Warning, "Broadcast {Id} was cut off; it is a recording of {Duration} now")]
    private partial void LogRecovered(string id, TimeSpan duration);

    [LoggerMessage(223, LogLevel.Warning,
        "Broadcast {Id} takes more than the {MaxBytes} bytes of Recordings:MaxBytes: its recording will lack its beginning")]
    private partial void LogCut(string id, long maxBytes);

    [LoggerMessage(224, LogLevel.Warning,
        "Recordings:MaxBytes is {MaxBytes} bytes, and what live viewers can go back to takes more: nothing is left to delete")]
    private partial void LogNothingLeft(long maxBytes);

    [LoggerMessage(222, LogLevel.Warning, "Recordings could not be looked after: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(231, LogLevel.Error, "Recordings could not be looked after; it is tried again")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(225, LogLevel.Warning, "Recording {Id} is deleted; its files will be when the storage lets them: {Reason}")]
    private partial void LogLater(string id, string reason);

    [LoggerMessage(226, LogLevel.Error, "Recordings cannot be played, and what is live is not kept: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(227, LogLevel.Information, "The media storage is there again")]
    private partial void LogBack();

    [LoggerMessage(228, LogLevel.Warning, "The media of {Count} recordings is missing, such as {Id}'s. They are kept in the list")]
    private partial void LogMissing(int count, string id);

    [LoggerMessage(229, LogLevel.Warning,
        "Storage has {Count} folders of media that no broadcast is known of, such as {Folder}. GET /api/orphans lists them; they are "
        + "deleted after {Quarantine} (Recordings:Quarantine)")]
    private partial void LogOrphans(int count, string folder, TimeSpan quarantine);

    [LoggerMessage(230, LogLevel.Warning, "Orphan {Folder} was deleted: {Reason}")]
    private partial void LogOrphanDeleted(string folder, string reason);
}
