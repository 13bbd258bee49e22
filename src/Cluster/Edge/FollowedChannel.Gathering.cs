using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Edge;

/// <content>What is left of a broadcast whose origin is gone, for who goes on with it.</content>
internal sealed partial class FollowedChannel
{
    /// <summary>How long gathering takes at most: the encoder waits for it.</summary>
    public static readonly TimeSpan GatherTimeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Nodes that are asked. The first is the standby, which has all that was announced; the others are for when it is gone, too.</summary>
    private const int GatheredNodesMax = 3;

    private async Task GatherAllAsync()
    {
        while (_gatherings.TryDequeue(out var gathering))
        {
            using (gathering)
            {
                await GatherAsync(gathering).ConfigureAwait(false);
            }
        }
    }

    private async Task GatherAsync(Gathering gathering)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gathering.Ending, _closing.Token);
        foreach (var node in Havers(gathering.BelowEpoch))
        {
            try
            {
                if (await CatchUpAsync(node, gathering.BelowEpoch, either.Token).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception e) when (e is UpstreamException or InvalidDataException)
            {
                LogNotFollowed(_settings.Logger, _slug, node, e.Message); // What it has is older than what is here, say.
            }
            catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Takes all that a node has; false when that is of another time than what is here.</summary>
    private async Task<bool> CatchUpAsync(NodeAddress node, long belowEpoch, CancellationToken cancellationToken)
    {
        var epochMin = OwnBelow(belowEpoch)?.Epoch ?? 0;
        await foreach (var happened in _settings.Upstream
            .FollowAsync(node, _slug, new(epochMin, null, IsEnded: false), cancellationToken).ConfigureAwait(false))
        {
            if (happened is FollowEvent.Began began && began.Epoch >= belowEpoch)
            {
                return false;
            }

            if (!_replicas.Take(happened, node, epochMin) || happened is FollowEvent.Published)
            {
                return happened is FollowEvent.Published;
            }
        }

        return false;
    }

    /// <summary>Who says to have the newest broadcast of a lower epoch: its origin, if that is still there, then replicas, the standby first.</summary>
    private List<NodeAddress> Havers(long belowEpoch)
    {
        var replicas = _settings.Origins.ReplicasOf(_slug).Where(replica => replica.Epoch < belowEpoch).ToList();
        var newest = Math.Max(
            OwnBelow(belowEpoch)?.Epoch ?? 0, replicas.Select(static replica => replica.Epoch).DefaultIfEmpty().Max());
        var origin = Origin is var (address, epoch) && epoch < belowEpoch && epoch >= newest ? address : null;
        return
        [
            .. replicas.Where(replica => replica.Epoch == newest)
                .OrderByDescending(replica => Rendezvous.Weight(_slug, replica.Node))
                .Select(static replica => replica.Media)
                .Prepend(origin).OfType<NodeAddress>().Take(GatheredNodesMax),
        ];
    }

    private BroadcastReplica? OwnBelow(long epoch) => Newest is { } newest && newest.Epoch < epoch ? newest : null;

    /// <summary>Somebody waits for what is left. Done when it is disposed of.</summary>
    private sealed class Gathering(long belowEpoch, TimeProvider time) : IDisposable
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _ending = new(GatherTimeout, time);

        public long BelowEpoch => belowEpoch;

        /// <summary>It has taken too long.</summary>
        public CancellationToken Ending => _ending.Token;

        public Task Done => _done.Task;

        public void Dispose()
        {
            _done.TrySetResult();
            _ending.Dispose();
        }
    }
}
