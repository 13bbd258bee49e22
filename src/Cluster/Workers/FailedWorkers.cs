using System.Collections.Concurrent;

namespace Streaming.Cluster.Workers;

/// <summary>Which workers refused or lost a run of which broadcast lately. Safe from anywhere.</summary>
public sealed class FailedWorkers(TimeProvider time)
{
    /// <summary>How long that is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Node, string Broadcast), long> _failedAt = new();

    /// <summary>A worker did.</summary>
    public void Add(string node, string broadcast)
    {
        _failedAt[(node, broadcast)] = time.GetTimestamp();
        foreach (var (failed, at) in _failedAt)
        {
            if (time.GetElapsedTime(at) > Memory)
            {
                _failedAt.TryRemove(KeyValuePair.Create(failed, at));
            }
        }
    }

    /// <summary>Whether it did.</summary>
    public bool Has(string node, string broadcast) =>
        _failedAt.TryGetValue((node, broadcast), out var at) && time.GetElapsedTime(at) <= Memory;
}
