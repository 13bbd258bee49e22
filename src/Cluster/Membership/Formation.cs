namespace Streaming.Cluster.Membership;

/// <summary>What a node that looks for a cluster does next.</summary>
internal abstract record FormationStep
{
    /// <summary>There is a cluster: any of these lets it in.</summary>
    public sealed record Join(IReadOnlyList<NodeAddress> Members) : FormationStep;

    /// <summary>There is none, and all agree that this node is to begin it.</summary>
    public sealed record Begin : FormationStep;

    /// <summary>It is too early. The reason is for people.</summary>
    public sealed record Wait(string Reason) : FormationStep;
}

/// <summary>
/// Decides whether to join a cluster, to begin one, or to wait. One is begun by the node with the lowest name, and only if all that it has
/// found have answered, have found the same for a while, and name it, too: nodes that see different parts of the rest begin none.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="nodesMin">Nodes that have to be there before one begins a cluster.</param>
/// <param name="time">What tells how long nothing has changed.</param>
internal sealed class Formation(NodeAddress self, int nodesMin, TimeProvider time)
{
    /// <summary>Nodes that are started together appear one after the other.</summary>
    public static readonly TimeSpan StableFor = TimeSpan.FromSeconds(5);

    private HashSet<NodeAddress> _found = [];
    private long _foundAt;

    /// <summary>Who is to begin, as this node saw it last: what it tells others.</summary>
    public NodeAddress? Candidate { get; private set; }

    /// <param name="found">Where there are nodes.</param>
    /// <param name="answers">What those say that answer.</param>
    public FormationStep Next(IReadOnlySet<NodeAddress> found, IReadOnlyCollection<ContactAnswer> answers)
    {
        if (!found.SetEquals(_found))
        {
            (_found, _foundAt) = ([.. found], time.GetTimestamp());
        }

        // The others may have this node among them: an earlier run of it, that they have not missed yet.
        var members = answers.SelectMany(static answer => answer.Members).Where(member => member != self).Distinct().ToList();
        Candidate = members is [] ? FindCandidate(answers) : null;
        return members is not [] ? new FormationStep.Join(members)
            : Candidate is null ? new FormationStep.Wait(WhyNone(answers))
            : Candidate != self ? new FormationStep.Wait($"{Candidate} is to begin a cluster")
            : answers.All(answer => answer.Self == self || answer.Candidate == self) ? new FormationStep.Begin()
            : new FormationStep.Wait("this node is to begin a cluster, and not all others see that yet");
    }

    private NodeAddress? FindCandidate(IReadOnlyCollection<ContactAnswer> answers) =>
        Count(answers) >= nodesMin && answers.Count == _found.Count && time.GetElapsedTime(_foundAt) >= StableFor
            ? answers.Select(static answer => answer.Self).MinBy(static node => node.ToString(), StringComparer.Ordinal)
            : null;

    private string WhyNone(IReadOnlyCollection<ContactAnswer> answers) =>
        answers.Count < _found.Count ? $"{_found.Count - answers.Count} of {_found.Count} nodes that were found do not answer"
        : Count(answers) < nodesMin ? $"{Count(answers)} of at least {nodesMin} nodes were found"
        : $"{Count(answers)} nodes were found, and others may come within {StableFor.TotalSeconds} s";

    // One may be found at several addresses.
    private static int Count(IReadOnlyCollection<ContactAnswer> answers) => answers.DistinctBy(static answer => answer.Self).Count();
}
