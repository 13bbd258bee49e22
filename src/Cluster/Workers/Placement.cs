namespace Streaming.Cluster.Workers;

/// <summary>
/// Chooses the worker of a run. Pure. Of two that it picks at random the one with more room: many origins that choose at once, each by what was told
/// some moments ago, do not all choose the same, and no worker gets much more than others.
/// </summary>
public static class Placement
{
    /// <summary>A worker whose runs are further behind has no room, whatever its cores say.</summary>
    public static readonly TimeSpan LagMax = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The worker for a run: another node; where none of those has a free slot, the own one; and where that has none either, one of those that failed lately.
    /// Null where nobody has a free slot.
    /// </summary>
    /// <param name="others">The other workers.</param>
    /// <param name="self">This node, where it is a worker.</param>
    /// <param name="hasFailed">Whether that node refused or lost a run of the broadcast lately.</param>
    /// <param name="random">Picks.</param>
    public static Worker? Choose(IReadOnlyList<Worker> others, Worker? self, Func<Worker, bool> hasFailed, Random random)
    {
        List<Worker> free = [.. others.Where(static worker => worker.HasRoom)];
        List<Worker> fit = [.. free.Where(worker => !hasFailed(worker))];
        return fit.Count > 0 ? OfTwo(fit, random)
            : self is { HasRoom: true } ? self
            : free.Count > 0 ? OfTwo(free, random)
            : null;
    }

    private static Worker OfTwo(List<Worker> workers, Random random)
    {
        var first = random.Next(workers.Count);
        if (workers.Count == 1)
        {
            return workers[first];
        }

        var second = (first + 1 + random.Next(workers.Count - 1)) % workers.Count;
        return RoomOf(workers[second]) > RoomOf(workers[first]) ? workers[second] : workers[first];
    }

    /// <summary>Cores that are idle, and fewer the more of the slots are taken: what was begun a moment ago does not show in the load yet.</summary>
    private static double RoomOf(Worker worker) => worker.Lag > LagMax
        ? 0
        : worker.Cores * (1 - Math.Clamp(worker.Load, 0, 1)) * (worker.Slots - worker.Taken) / worker.Slots;
}
