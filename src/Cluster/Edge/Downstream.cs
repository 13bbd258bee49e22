using Streaming.Cluster.Broadcasts;

namespace Streaming.Cluster.Edge;

/// <summary>
/// What other nodes follow on this one: its own broadcasts, and its replicas of others'. A broadcast has a bounded number of followers here; who comes beyond
/// it follows one of those. From any thread.
/// </summary>
/// <param name="own">The newest of the node's own broadcasts of a channel; null for none.</param>
/// <param name="edges">Its replicas.</param>
/// <param name="instruments">Count followers; null for nobody who asks.</param>
/// <param name="followersMax">See <see cref="FollowersMax"/>.</param>
public sealed class Downstream(
    Func<string, Broadcast?> own, EdgeBroadcasts edges, FollowInstruments? instruments = null, int followersMax = Downstream.FollowersMax)
{
    /// <summary>
    /// Nodes that follow one broadcast here, beside its standby: 16 ordinary ladders (12 Mbit/s) are a fifth of a gigabit, and two levels of 16 are more nodes
    /// than a cluster has.
    /// </summary>
    public const int FollowersMax = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _followers = new(StringComparer.Ordinal);

    /// <summary>
    /// Lets a node follow the newest broadcast of a channel that is here, until what this returns is disposed of. One that takes it over has it let go of.
    /// </summary>
    /// <param name="slug">The channel.</param>
    /// <param name="known">What that node knows of it.</param>
    /// <exception cref="UpstreamException">There is nothing for it, or no place.</exception>
    public DownstreamNode Serve(string slug, KnownBroadcast known)
    {
        var shared = edges.Share(slug, known.Epoch);
        try
        {
            ILiveBroadcast? newest = own(slug);
            newest = shared?.Replica.Epoch > newest?.Epoch ? shared.Replica : newest ?? shared?.Replica;
            if (newest is null || newest.Epoch < known.Epoch)
            {
                throw new UpstreamException("This node is not the channel's origin, and has no replica.");
            }

            if (newest.Id == known.BroadcastId && known.IsEnded)
            {
                throw new UpstreamException("The channel's broadcast has ended, and no other has begun here.");
            }

            if (newest is Broadcast)
            {
                shared?.Dispose(); // It is of no use then.
            }

            var standby = known.IsStandby && newest is Broadcast broadcast ? new StandbyView(broadcast) : null;
            return new(standby ?? newest, standby, standby is null ? Take(newest.Id) : null, shared, instruments?.Follows());
        }
        catch
        {
            shared?.Dispose();
            throw;
        }
    }

    /// <summary>A place, which is given back when what this returns is called.</summary>
    private Action Take(string broadcastId)
    {
        lock (_gate)
        {
            var followers = _followers.GetValueOrDefault(broadcastId);
            if (followers >= followersMax)
            {
                instruments?.Dropped("full");
                throw new UpstreamException("As many nodes as may follow the broadcast here do already.") { IsFull = true };
            }

            _followers[broadcastId] = followers + 1;
            return () => GiveBack(broadcastId);
        }
    }

    private void GiveBack(string broadcastId)
    {
        lock (_gate)
        {
            if (--_followers[broadcastId] == 0)
            {
                _followers.Remove(broadcastId);
            }
        }
    }
}
