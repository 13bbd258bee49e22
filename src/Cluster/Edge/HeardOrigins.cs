using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Origins;

namespace Streaming.Cluster.Edge;

/// <summary>Origins as the other nodes tell of themselves.</summary>
public sealed class HeardOrigins(OriginDirectory directory) : IOrigins
{
    public event Action<string>? Changed
    {
        add => directory.Changed += value;
        remove => directory.Changed -= value;
    }

    public Origin? Find(string slug) =>
        directory.Find(slug) is { Media: { } media } live ? new(media.Host, media.Port, live.Epoch) : null;

    public ElsewhereLive? Describe(string slug) =>
        directory.Find(slug) is { } live ? new(live.BroadcastId, live.StartedAt, live.IsPlayable) : null;
}
