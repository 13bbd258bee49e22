using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The recordings of this node: keeps their list in memory, gives out their timelines, and deletes what is too old or
/// too much. Media files stay where they were when the broadcast was live. Safe from any thread. What a broadcast's graph and
/// those who look something up call waits for no database.
/// </summary>
public sealed partial class RecordingLibrary(
    RecordingJournal journal,
    RecordingOptions options,
    IMediaStorage storage,
    TimeProvider time,
    ILogger<RecordingLibrary> logger)
{
    /// <summary>Between two looks for recordings whose time is over.</summary>
    public static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Recording> _recordings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BroadcastRecording> _growing = new(StringComparer.Ordinal);
    private readonly RecordedTimelines _timelines = new(journal);

    internal RecordingJournal Journal => journal;

    /// <summary>Bytes in storage of all recordings and of the broadcasts that are becoming one.</summary>
    public long SizeBytes =>
        _recordings.Values.Sum(recording => recording.IsMissing ? 0 : recording.SizeBytes)
        + _growing.Values.Sum(growing => growing.SizeBytes);

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

    /// <summary>The recording of that id.</summary>
    public Recording? Find(string id) => _recordings.GetValueOrDefault(id);

    /// <summary>The timeline of a recording, null when there is no such.</summary>
    public async ValueTask<BroadcastSnapshot?> TimelineAsync(string id) =>
        _recordings.ContainsKey(id) ? await _timelines.OfAsync(id).ConfigureAwait(false) : null;

    /// <summary>Opens a file of a recording; null when there is none.</summary>
    public Task<Stream?> OpenAsync(string id, string rendition, string name, CancellationToken cancellationToken) =>
        storage.OpenAsync(StoredName(id, rendition, name), cancellationToken);

    /// <summary>Begins the page of a broadcast, which becomes a recording where that is on. From the channel's supervisor.</summary>
    internal BroadcastRecording Record(string id, string channel, SegmentationOptions segments, long epoch = 0) =>
        _growing.GetOrAdd(
            id, _ => new BroadcastRecording(this, id, channel, segments.Limit, segments.PartTarget, epoch, options.Enabled));

    /// <summary>The page is another node's by now.</summary>
    internal void LetGo(BroadcastRecording broadcast) => _growing.TryRemove(new(broadcast.Id, broadcast));

    /// <summary>Decides what becomes of a broadcast that is over.</summary>
    internal void End(BroadcastRecording broadcast)
    {
        var id = broadcast.Id;
        if (!broadcast.IsKept || journal.IsLeaving(id))
        {
            broadcast.Fate = RecordingFate.Gone;
            return;
        }

        if (journal.Read(id) is not { } timeline)
        {
            journal.Leave(id);
            broadcast.Fate = RecordingFate.Gone;
            return;
        }

        broadcast.NoteMissing();
        journal.End(id, timeline.PublishedAt);
        foreach (var recording in journal.ReadRecordings(id))
        {
            _recordings[recording.Id] = recording;
        }

        broadcast.Fate = RecordingFate.Kept;
        _growing.TryRemove(id, out _);
        _ended.Writer.TryWrite(true);
    }

    /// <summary>Deletes the files of a broadcast that is no recording, or has the next look do so.</summary>
    internal Task DeleteAsync(BroadcastRecording broadcast)
    {
        _growing.TryRemove(broadcast.Id, out _);
        return FinishAsync(broadcast.Id, CancellationToken.None);
    }

    /// <summary>
    /// Deletes a recording; false when there is none. It is gone when the journal says so; files that cannot be deleted now are
    /// when they can.
    /// </summary>
    /// <exception cref="DbException">The journal takes nothing now: nothing has changed.</exception>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (!_recordings.ContainsKey(id))
        {
            return false;
        }

        journal.Leave(id);
        if (!_recordings.TryRemove(id, out _))
        {
            return false;
        }

        _timelines.Remove(id);
        try
        {
            await FinishAsync(id, cancellationToken).ConfigureAwait(false);
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
    internal void LeaveChannel(string channel)
    {
        journal.LeaveChannel(channel);
        foreach (var recording in Of(channel))
        {
            _recordings.TryRemove(recording.Id, out _);
            _timelines.Remove(recording.Id);
        }
    }

    /// <summary>Deletes the media of what is to go, as far as it is not under way.</summary>
    internal async Task FinishLeavingAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var id in journal.ReadLeaving().Where(id => !_growing.ContainsKey(id)))
        {
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
        if (journal.ReadRenditions(id) is { Count: > 0 } renditions)
        {
            foreach (var name in RecordingManifests.NamesOf(renditions))
            {
                await storage.DeleteAsync($"{BroadcastFolder.Of(id)}/{name}", cancellationToken).ConfigureAwait(false);
            }
        }

        await storage.DeleteFolderAsync(BroadcastFolder.Of(id), cancellationToken).ConfigureAwait(false);
        journal.Delete(id);
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
