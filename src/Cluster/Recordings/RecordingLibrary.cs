using Microsoft.Extensions.Logging;
using Streaming.Cluster.Live;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The recordings of this node: keeps their list in memory, gives out their timelines, and deletes what is too old or
/// too much. Media files stay where they were when the broadcast was live. Safe from any thread.
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

    // Timelines of the recordings that somebody plays; one of an hour and five renditions takes about 2 MB.
    private const int TimelinesMax = 16;

    private readonly Lock _changing = new();
    private readonly SortedDictionary<string, Recording> _recordings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GrowingRecording> _growing = new(StringComparer.Ordinal);
    private readonly LinkedList<BroadcastSnapshot> _timelines = new();

    internal RecordingJournal Journal => journal;

    /// <summary>Bytes of all recordings and of the broadcasts that are becoming one.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_changing)
            {
                return _recordings.Values.Sum(recording => recording.SizeBytes) + _growing.Values.Sum(growing => growing.SizeBytes);
            }
        }
    }

    /// <summary>The recordings of a channel, the newest first.</summary>
    public IReadOnlyList<Recording> Of(string channel)
    {
        lock (_changing)
        {
            return
            [
                .. _recordings.Values
                    .Where(recording => recording.Channel == channel)
                    .OrderByDescending(recording => recording.EndedAt),
            ];
        }
    }

    /// <summary>How many recordings the channels have that have any.</summary>
    public IReadOnlyDictionary<string, int> CountByChannel()
    {
        lock (_changing)
        {
            return _recordings.Values.CountBy(recording => recording.Channel).ToDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>The recording of that id.</summary>
    public Recording? Find(string id)
    {
        lock (_changing)
        {
            return _recordings.GetValueOrDefault(id);
        }
    }

    /// <summary>The timeline of a recording, null when there is no such.</summary>
    public BroadcastSnapshot? TimelineOf(string id)
    {
        lock (_changing)
        {
            if (!_recordings.ContainsKey(id))
            {
                return null;
            }

            for (var node = _timelines.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _timelines.Remove(node);
                    _timelines.AddFirst(node);
                    return node.Value;
                }
            }

            if (journal.Read(id) is not { } timeline)
            {
                return null;
            }

            _timelines.AddFirst(timeline);
            if (_timelines.Count > TimelinesMax)
            {
                _timelines.RemoveLast();
            }

            return timeline;
        }
    }

    /// <summary>Opens a file of a recording; null when there is none.</summary>
    public Task<Stream?> OpenAsync(string id, string rendition, string name, CancellationToken cancellationToken) =>
        storage.OpenAsync($"{LiveMedia.FolderOf(id)}/{rendition}/{name}", cancellationToken);

    /// <summary>Begins to record a broadcast; null where recording is off.</summary>
    internal BroadcastRecording? Record(string id, string channel, SegmentationOptions segments) =>
        options.Enabled ? new BroadcastRecording(this, id, channel, segments.Limit, segments.PartTarget) : null;

    internal void Add(string id, StoredSegment stored)
    {
        journal.Add(id, stored);
        lock (_changing)
        {
            Growing(id).SizeBytes += stored.Segment.Length;
        }
    }

    internal void Release(string id, long mediaSequence)
    {
        lock (_changing)
        {
            Growing(id).ReleasedBefore = mediaSequence;
        }
    }

    internal void End(string id)
    {
        lock (_changing)
        {
            _growing.Remove(id);
        }

        if (journal.Read(id) is not { } timeline)
        {
            journal.Delete(id);
            return;
        }

        journal.End(id, timeline.PublishedAt);

        foreach (var recording in journal.ReadRecordings(id))
        {
            Keep(recording);
        }
    }

    /// <summary>Deletes a recording; false when there is none.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        lock (_changing)
        {
            if (!_recordings.Remove(id))
            {
                return false;
            }

            if (_timelines.FirstOrDefault(timeline => timeline.Id == id) is { } played)
            {
                _timelines.Remove(played);
            }
        }

        // The journal last: after a crash in between, the next start finds the recording and deletes it again.
        await storage.DeleteFolderAsync(LiveMedia.FolderOf(id), cancellationToken).ConfigureAwait(false);
        journal.Delete(id);
        return true;
    }

    /// <summary>Deletes all recordings of a channel.</summary>
    public async Task DeleteOfAsync(string channel, CancellationToken cancellationToken)
    {
        foreach (var recording in Of(channel))
        {
            await DeleteAsync(recording.Id, cancellationToken).ConfigureAwait(false);
        }
    }

    private GrowingRecording Growing(string id)
    {
        if (!_growing.TryGetValue(id, out var growing))
        {
            _growing[id] = growing = new GrowingRecording();
        }

        return growing;
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
}
