namespace Streaming.Cluster.Recordings;

/// <summary>Tells which broadcasts other nodes have under way, as far as this one knows. In memory: nobody is asked.</summary>
public interface IBroadcastsUnderWay
{
    /// <summary>Whether another node says that it has this broadcast.</summary>
    bool HasElsewhere(string broadcastId);
}
