using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Workers;

/// <summary>A node that works on runs, as it was when it last said so.</summary>
/// <param name="Node">The node, this run of it.</param>
/// <param name="Name">The node as people know it.</param>
/// <param name="Media">Where it takes runs of others; null of this node.</param>
/// <param name="Slots">Slots for runs that it has.</param>
/// <param name="Taken">Those that are taken.</param>
/// <param name="Cores">Cores of its machine.</param>
/// <param name="Load">Share of them that is busy, 0 to 1.</param>
/// <param name="Lag">How far the run is behind that is furthest behind.</param>
/// <param name="IsDraining">It takes no more runs.</param>
/// <param name="Runs">Runs that it works on.</param>
public sealed record Worker(
    string Node,
    string Name,
    NodeAddress? Media,
    int Slots,
    int Taken,
    int Cores,
    double Load,
    TimeSpan Lag,
    bool IsDraining,
    IReadOnlyList<RunId> Runs)
{
    /// <summary>It may take another run.</summary>
    public bool HasRoom => !IsDraining && Taken < Slots;
}

/// <summary>
/// The other nodes of the cluster that work on runs, as those say, wholly in memory: reading asks nobody. A node that is alone knows of none. From any
/// thread.
/// </summary>
public sealed class WorkerDirectory
{
    private readonly Lock _changing = new();
    private ImmutableDictionary<string, (long Round, Worker Worker)> _byNode = ImmutableDictionary<string, (long, Worker)>.Empty;
    private volatile IReadOnlyList<Worker> _all = [];

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyList<Worker> All => _all;

    /// <summary>Takes what a node says, unless it has said something newer.</summary>
    /// <param name="name">The node as people know it.</param>
    /// <param name="told">What it says.</param>
    public void Take(string name, ToldWorker told)
    {
        lock (_changing)
        {
            if (_byNode.TryGetValue(told.Node, out var known) && known.Round >= told.Round)
            {
                return;
            }

            _byNode = _byNode.SetItem(told.Node, (told.Round, new Worker(
                told.Node, name, told.Media, told.Slots, told.Taken, told.Cores, told.Load, told.Lag, told.IsDraining, told.Runs)));
            _all = [.. _byNode.Values.Select(static known => known.Worker)];
        }
    }

    /// <summary>A node is one of the cluster no more.</summary>
    /// <param name="node">This run of it.</param>
    public void Remove(string node)
    {
        lock (_changing)
        {
            _byNode = _byNode.Remove(node);
            _all = [.. _byNode.Values.Select(static known => known.Worker)];
        }
    }
}
