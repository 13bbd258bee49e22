using Streaming.Cluster.Broadcasts.Rungs;

namespace Streaming.Cluster.Transcoding;

/// <summary>Which slots of a worker are free, and what the others have. Safe from anywhere.</summary>
/// <param name="count">Slots that it has; 0 of a node that is no worker.</param>
public sealed class RunSlots(int count)
{
    private readonly Lock _lock = new();
    private readonly TakenSlot?[] _taken = new TakenSlot?[count];

    /// <summary>Told when one was taken or given back, on the thread that did so, which is not to be held up.</summary>
    public event Action? Changed;

    /// <summary>Slots that it has.</summary>
    public int Count => count;

    /// <summary>Those that are taken now.</summary>
    public int Taken => All.Count;

    /// <summary>The runs that have one.</summary>
    public IReadOnlyList<TakenSlot> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _taken.OfType<TakenSlot>()];
            }
        }
    }

    /// <summary>Takes the smallest free one for a run; null when there is none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="lag">How far it is behind; null for not at all.</param>
    public int? Take(RunId run = default, Func<TimeSpan>? lag = null)
    {
        int free;
        lock (_lock)
        {
            free = Array.IndexOf(_taken, null);
            if (free < 0)
            {
                return null;
            }

            _taken[free] = new(run, lag ?? (static () => TimeSpan.Zero));
        }

        Changed?.Invoke();
        return free;
    }

    /// <summary>Gives one back.</summary>
    public void Give(int number)
    {
        lock (_lock)
        {
            _taken[number] = null;
        }

        Changed?.Invoke();
    }
}

/// <summary>A slot that a run has.</summary>
/// <param name="Run">The run.</param>
/// <param name="Lag">How far it is behind. Safe from anywhere.</param>
public sealed record TakenSlot(RunId Run, Func<TimeSpan> Lag);
