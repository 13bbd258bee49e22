using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;

namespace Streaming.Cluster.Edge;

/// <summary>
/// Has this node follow each live channel that it is the standby of, with viewers or without: so that what was announced is on two nodes. Who the standby
/// is each node finds by itself, of what all know: the one of the nodes that may ingest, other than the origin, that has most to do with the channel
/// (<see cref="Rendezvous"/>). Looks at a channel when its origin changes, and at all when nodes do.
/// </summary>
public sealed class Standbys : IDisposable
{
    private readonly OriginDirectory _origins;
    private readonly IngestNodes _nodes;
    private readonly EdgeBroadcasts _edges;
    private readonly Lock _gate = new(); // So that whoever looks last knows most.

    public Standbys(OriginDirectory origins, IngestNodes nodes, EdgeBroadcasts edges)
    {
        (_origins, _nodes, _edges) = (origins, nodes, edges);
        origins.Changed += Look;
        nodes.Changed += LookAtAll;
        LookAtAll();
    }

    public void Dispose()
    {
        _origins.Changed -= Look;
        _nodes.Changed -= LookAtAll;
    }

    private void LookAtAll()
    {
        foreach (var broadcast in _origins.All)
        {
            Look(broadcast.Slug);
        }
    }

    private void Look(string slug)
    {
        lock (_gate)
        {
            // Without an origin the standby keeps what it has: it may be all that is left.
            if (_origins.Find(slug) is { Media: not null } broadcast && _nodes.Self is { } self)
            {
                _edges.StandBy(slug, _nodes.NextTo(broadcast.Node, slug) == self);
            }
        }
    }
}
