using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Membership;

/// <summary>How a node becomes a member: by its seeds, which Akka.NET asks by itself, by others that it finds, or by beginning a cluster.</summary>
/// <param name="network">Where others reach this node; null where there are none.</param>
/// <param name="ask">How it asks those that it finds; null where it does not look for any.</param>
/// <param name="time">When it does.</param>
/// <param name="logger">Hears what it waits for.</param>
public sealed class Joining(ClusterNetwork? network, AskContact? ask, TimeProvider time, ILogger<Joining> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ClusterSearch? _search = network?.Discovery is { } discovery && ask is not null ? new(discovery, ask, time, logger) : null;
    private Task _searching = Task.CompletedTask;

    /// <summary>Begins it; the node is a member when the others have let it in.</summary>
    public void Begin(ActorSystem system)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        if (_search is not null)
        {
            _searching = _search.RunAsync(cluster, _ending.Token);
        }
        else if (cluster.Settings.SeedNodes.IsEmpty)
        {
            cluster.Join(cluster.SelfAddress);
        }
    }

    /// <summary>What this node says to others that look for a cluster; null where nobody looks for one.</summary>
    public ContactAnswer? Answer(ActorSystem system) => _search?.Answer(Akka.Cluster.Cluster.Get(system));

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await _searching.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It has looked in vain, or has not seen yet that it was let in.
        }

        _ending.Dispose();
    }
}
