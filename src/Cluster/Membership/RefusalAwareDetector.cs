using Akka.Configuration;
using Akka.Event;
using Akka.Remote;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Akka's detector of silent nodes, patient enough for a machine that has too much to do, to which a node whose process is gone is silent at
/// once. Made by Akka.NET, one for each node that is watched.
/// </summary>
public sealed class RefusalAwareDetector(Config config, EventStream eventStream) : PhiAccrualFailureDetector(config, eventStream)
{
    private readonly GoneNodes _gone = GoneNodes.Of(eventStream);

    public override bool IsAvailable => !_gone.Has(Address) && base.IsAvailable;
}
