using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Workers;

/// <summary>
/// What a worker says of itself to all other nodes: at each change, and again and again, since it may get lost. It is some 12 kB at most.
/// </summary>
/// <param name="Node">The node, this run of it.</param>
/// <param name="Media">Where it takes runs of others.</param>
/// <param name="Round">Grows with each time that it tells.</param>
/// <param name="Slots">Slots for runs that it has.</param>
/// <param name="Taken">Those that are taken.</param>
/// <param name="Cores">Cores of its machine.</param>
/// <param name="Load">Share of them that is busy, 0 to 1, whoever it is busy with.</param>
/// <param name="Lag">How far the run is behind that is furthest behind.</param>
/// <param name="IsDraining">It takes no more runs, and is about to leave.</param>
/// <param name="Runs">Runs that it works on, <see cref="RunsMax"/> at most.</param>
public sealed record ToldWorker(
    string Node,
    NodeAddress Media,
    long Round,
    int Slots,
    int Taken,
    int Cores,
    double Load,
    TimeSpan Lag,
    bool IsDraining,
    IReadOnlyList<RunId> Runs)
{
    /// <summary>Runs that are told by name.</summary>
    public const int RunsMax = 400;

    public bool Equals(ToldWorker? other) => other is not null
        && (Node, Media, Round, Slots, Taken, Cores, Load) == (other.Node, other.Media, other.Round, other.Slots, other.Taken, other.Cores, other.Load)
        && (Lag, IsDraining) == (other.Lag, other.IsDraining) && Runs.SequenceEqual(other.Runs);

    public override int GetHashCode() => HashCode.Combine(Node, Round);
}
