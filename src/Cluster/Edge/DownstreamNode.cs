using Streaming.Cluster.Broadcasts;

namespace Streaming.Cluster.Edge;

/// <summary>A node that follows a broadcast here, as long as this is not disposed of.</summary>
public sealed class DownstreamNode : IDisposable
{
    private readonly StandbyView? _standby;
    private readonly Action? _giveBack;
    private readonly SharedReplica? _shared;
    private readonly FollowInstruments.Follow? _counted;

    internal DownstreamNode(
        ILiveBroadcast broadcast, StandbyView? standby, Action? giveBack, SharedReplica? shared, FollowInstruments.Follow? counted)
    {
        (Follower, _standby, _giveBack, _shared, _counted) = (new(broadcast), standby, giveBack, shared, counted);
    }

    /// <summary>What it is to be sent.</summary>
    public Follower Follower { get; }

    /// <summary>It is the standby of its origin: it says what it has.</summary>
    public bool IsStandby => _standby is not null;

    /// <summary>The standby has all up to that version.</summary>
    public void Keep(long version) => _standby?.Keep(version);

    /// <summary>It has gone. Once.</summary>
    public void Dispose()
    {
        _standby?.Dispose();
        _giveBack?.Invoke();
        _shared?.Dispose();
        _counted?.Dispose();
    }
}
