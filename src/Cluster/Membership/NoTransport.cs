using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;

namespace Streaming.Cluster.Membership;

/// <summary>
/// The transport of a node that nobody has told of another: it has an address, as members of a cluster have to, listens nowhere, and
/// reaches nobody. Akka.Remote takes it by its name in the configuration.
/// </summary>
public sealed class NoTransport : Transport
{
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new();

    public NoTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = "none";
        MaximumPayloadBytes = 128_000;
    }

    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen() =>
        Task.FromResult((new Address(SchemeIdentifier, System.Name, "alone", 1), _listener));

    public override bool IsResponsibleFor(Address remote) => true;

    public override Task<AssociationHandle> Associate(Address remoteAddress) => Task.FromException<AssociationHandle>(
        new InvalidAssociationException($"This node is alone: it does not reach {remoteAddress}."));

    public override Task<bool> Shutdown() => Task.FromResult(true);
}
