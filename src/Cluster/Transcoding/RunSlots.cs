namespace Streaming.Cluster.Transcoding;

/// <summary>Which slots of a worker are free. Safe from anywhere.</summary>
/// <param name="count">Slots that it has; 0 of a node that is no worker.</param>
public sealed class RunSlots(int count)
{
    private readonly Lock _lock = new();
    private readonly bool[] _taken = new bool[count];

    /// <summary>Slots that it has.</summary>
    public int Count => count;

    /// <summary>Those that are taken now.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken.Count(static isTaken => isTaken);
            }
        }
    }

    /// <summary>Takes the smallest free one; null when there is none.</summary>
    public int? Take()
    {
        lock (_lock)
        {
            var free = Array.IndexOf(_taken, false);
            if (free < 0)
            {
                return null;
            }

            _taken[free] = true;
            return free;
        }
    }

    /// <summary>Gives one back.</summary>
    public void Give(int number)
    {
        lock (_lock)
        {
            _taken[number] = false;
        }
    }
}
