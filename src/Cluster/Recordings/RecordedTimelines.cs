using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The timelines of the recordings that somebody plays, read from the journal when they are first wanted. Few are read at a time:
/// reading one takes a core for a while, and broadcasts come first.
/// </summary>
internal sealed class RecordedTimelines(RecordingJournal journal)
{
    // One of an hour and five renditions takes about 2 MB.
    private const int CountMax = 16;

    private readonly Lock _changing = new();
    private readonly LinkedList<Entry> _newestFirst = new();
    private readonly TaskScheduler _reading = new ConcurrentExclusiveSchedulerPair(
        TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount / 2)).ConcurrentScheduler;

    /// <summary>The timeline of a recording; null when there is nothing of it.</summary>
    public Task<BroadcastSnapshot?> OfAsync(string id)
    {
        lock (_changing)
        {
            for (var node = _newestFirst.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _newestFirst.Remove(node);
                    _newestFirst.AddFirst(node);
                    return node.Value.Timeline;
                }
            }

            var entry = new Entry(id, ReadAsync(id));
            _newestFirst.AddFirst(entry);
            if (_newestFirst.Count > CountMax)
            {
                _newestFirst.RemoveLast();
            }

            return entry.Timeline;
        }
    }

    /// <summary>Forgets the timeline of a recording.</summary>
    public void Remove(string id)
    {
        lock (_changing)
        {
            if (_newestFirst.FirstOrDefault(entry => entry.Id == id) is { } found)
            {
                _newestFirst.Remove(found);
            }
        }
    }

    private async Task<BroadcastSnapshot?> ReadAsync(string id)
    {
        BroadcastSnapshot? timeline = null;
        try
        {
            timeline = await Task.Factory.StartNew(
                () => journal.ReadAsync(id), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _reading)
                .Unwrap().ConfigureAwait(false);
            return timeline;
        }
        finally
        {
            if (timeline is null)
            {
                Remove(id); // Read again by whoever asks next.
            }
        }
    }

    private sealed record Entry(string Id, Task<BroadcastSnapshot?> Timeline);
}
