using Streaming.Cluster.Broadcasts;

namespace Streaming.Cluster.Edge;

/// <summary>Where channels are live that are live on another node, as this node has heard. Nobody is asked: it is looked up with every request.</summary>
public interface IOrigins
{
    /// <summary>The origin of a channel; null where none is known, or it is this node. Safe from any thread.</summary>
    Origin? Find(string slug);

    /// <summary>What is live elsewhere of a channel, for those who only want to know that it is; null where nothing is. Safe from any thread.</summary>
    ElsewhereLive? Describe(string slug) => null;

    /// <summary>Tells the slug of a channel whose origin is another one than before. From any thread; who hears it does not hold it up.</summary>
    event Action<string>? Changed;
}

/// <summary>The node that has a channel's broadcast, as others reach its media plane.</summary>
/// <param name="Host">Name or IP address.</param>
/// <param name="MediaPort">TCP port.</param>
/// <param name="Epoch">Of its claim.</param>
public sealed record Origin(string Host, int MediaPort, long Epoch);
