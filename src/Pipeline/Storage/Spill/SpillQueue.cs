namespace Streaming.Pipeline.Storage.Spill;

/// <summary>
/// The order in which what waits goes into the bucket: the oldest first, and of one folder, a rendition of a broadcast, one after another.
/// Not safe from several threads.
/// </summary>
internal sealed class SpillQueue
{
    private readonly Dictionary<string, Queue<SpilledObject>> _folders = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ready = new(); // Folders of which nothing is under way, by their oldest.
    private long _numbers;

    /// <summary>Something of that folder waits or is under way.</summary>
    public bool Has(string folder) => _folders.ContainsKey(folder);

    public void Add(SpilledObject spilled)
    {
        spilled.Number = ++_numbers;
        var folder = FolderOf(spilled.Name);
        if (_folders.TryGetValue(folder, out var waiting))
        {
            waiting.Enqueue(spilled);
            return;
        }

        _folders[folder] = new([spilled]);
        _ready.Enqueue(folder, spilled.Number);
    }

    /// <summary>The oldest of a folder of which nothing is under way; from now on something is. Null when there is none.</summary>
    public SpilledObject? Take()
    {
        while (_ready.TryDequeue(out var folder, out _))
        {
            if (OldestOf(folder) is { } oldest)
            {
                return oldest;
            }
        }

        return null;
    }

    /// <summary>What was taken is under way no more. Unless it is over it is the oldest of its folder again.</summary>
    public void Return(SpilledObject taken)
    {
        var folder = FolderOf(taken.Name);
        if (OldestOf(folder) is { } oldest)
        {
            _ready.Enqueue(folder, oldest.Number);
        }
    }

    /// <summary>What is before the last slash.</summary>
    public static string FolderOf(string name) => name[..Math.Max(0, name.LastIndexOf('/'))];

    private SpilledObject? OldestOf(string folder)
    {
        var waiting = _folders[folder];
        while (waiting.TryPeek(out var oldest))
        {
            if (!oldest.IsOver)
            {
                return oldest;
            }

            waiting.Dequeue();
        }

        _folders.Remove(folder);
        return null;
    }
}
