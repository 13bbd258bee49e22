using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// Keeps each slot on its worker: a slot's shard is named after the node that has it. What nobody has any more stays with who asks, and
/// refuses there.
/// </summary>
/// <param name="self">The address of this node, which is local in its own references.</param>
internal sealed class SlotAllocation(Func<Address> self) : IShardAllocationStrategy
{
    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        var worker = RunSlot.WorkerOf(shardId);
        return Task.FromResult(currentShardAllocations.Keys.FirstOrDefault(region => NodeOf(region) == worker) ?? requester);
    }

    /// <summary>Slots do not move.</summary>
    public Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
        Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);

    private string NodeOf(IActorRef region) =>
        (region.Path.Address.HasLocalScope ? self() : region.Path.Address).HostPort();
}
