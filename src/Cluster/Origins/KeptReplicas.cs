using System.Collections.Concurrent;

namespace Streaming.Cluster.Origins;

/// <summary>The replicas that this node keeps, as it tells the others of them. From any thread.</summary>
public sealed class KeptReplicas
{
    private readonly ConcurrentDictionary<string, ToldReplica> _bySlug = new(StringComparer.Ordinal);

    /// <summary>Told when others are to be told something else; on the thread that changes it, which is not to be held up.</summary>
    public event Action? Changed;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<ToldReplica> All => _bySlug.Select(static kept => kept.Value);

    /// <summary>This is the channel's newest replica; null for none of a broadcast that goes on.</summary>
    public void Set(string slug, ToldReplica? replica)
    {
        if (_bySlug.GetValueOrDefault(slug) == replica)
        {
            return;
        }

        if (replica is null)
        {
            _bySlug.TryRemove(slug, out _);
        }
        else
        {
            _bySlug[slug] = replica;
        }

        Changed?.Invoke();
    }
}
