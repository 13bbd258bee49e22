namespace Streaming.Pipeline.Storage.Spill;

/// <summary>
/// The order in which what waits goes into the bucket: the oldest first; of one folder, a rendition of a broadcast, one after another; and what
/// is in a folder after all that is in folders below it, a recording's manifests after its segments. Not safe from several threads.
/// </summary>
internal sealed class SpillQueue
{
    private readonly Dictionary<string, Queue<SpilledObject>> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _below = new(StringComparer.Ordinal); // How many of them are below a folder.
    private readonly HashSet<string> _aside = new(StringComparer.Ordinal); // Those whose turn came while some were.
    private readonly PriorityQueue<string, long> _ready = new(); // Folders of which nothing is under way, by their oldest.
    private long _numbers;

    /// <summary>Something of that folder, or of one below it, waits or is under way.</summary>
    public bool Has(string folder) => _folders.ContainsKey(folder) || _below.ContainsKey(folder);

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
        foreach (var above in Above(folder))
        {
            _below[above] = _below.GetValueOrDefault(above) + 1;
        }
    }

    /// <summary>The oldest of a folder of which nothing is under way; from now on something is. Null when there is none.</summary>
    public SpilledObject? Take()
    {
        while (_ready.TryDequeue(out var folder, out _))
        {
            if (OldestOf(folder) is not { } oldest)
            {
                continue;
            }

            if (!_below.ContainsKey(folder))
            {
                return oldest;
            }

            _aside.Add(folder);
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

    /// <summary>The folders that a folder is in, but for the one of all.</summary>
    private static IEnumerable<string> Above(string folder)
    {
        while ((folder = FolderOf(folder)).Length > 0)
        {
            yield return folder;
        }
    }

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

        Remove(folder);
        return null;
    }

    /// <summary>Nothing of it waits any more: those that it is in may have their turn.</summary>
    private void Remove(string folder)
    {
        _folders.Remove(folder);
        foreach (var above in Above(folder))
        {
            if (--_below[above] > 0)
            {
                continue;
            }

            _below.Remove(above);
            if (_aside.Remove(above))
            {
                _ready.Enqueue(above, _folders[above].Peek().Number);
            }
        }
    }
}
