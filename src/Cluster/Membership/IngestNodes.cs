using System.Collections.Immutable;

namespace Streaming.Cluster.Membership;

/// <summary>The nodes of the cluster to which publishers may come, as this one knows them. From any thread.</summary>
public sealed class IngestNodes
{
    /// <summary>The role of such nodes; one without any roles has all.</summary>
    public const string Role = "ingest";

    private volatile string? _self;
    private ImmutableSortedSet<string> _names = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Told when there are others than before; on the thread that learns of it.</summary>
    public event Action? Changed;

    /// <summary>This node, as it is known to others; null before it is one of the cluster.</summary>
    public string? Self => _self;

    /// <summary>Those that are up, this one included if it is one.</summary>
    public ImmutableSortedSet<string> Names => Volatile.Read(ref _names);

    /// <summary>Takes what is known by now. Called by one at a time.</summary>
    public void Take(string self, ImmutableSortedSet<string> names)
    {
        if (self != _self || !names.SetEquals(Names))
        {
            _self = self;
            Volatile.Write(ref _names, names);
            Changed?.Invoke();
        }
    }

    /// <summary>Who of them has most to do with a key, other than that node: the same at all that know the same nodes. Null for none.</summary>
    public string? NextTo(string node, string key) =>
        Names.Where(name => name != node).MaxBy(name => Rendezvous.Weight(key, name));
}
