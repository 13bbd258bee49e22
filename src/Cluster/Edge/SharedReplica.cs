namespace Streaming.Cluster.Edge;

/// <summary>A replica that another node follows here. It stays as long as that does.</summary>
public sealed class SharedReplica : IDisposable
{
    private readonly FollowedChannel _channel;
    private int _isOver;

    internal SharedReplica(BroadcastReplica replica, FollowedChannel channel) => (Replica, _channel) = (replica, channel);

    public BroadcastReplica Replica { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _channel.Unshare();
        }
    }
}
