using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Event;

namespace Streaming.Cluster.Membership;

/// <summary>Nodes whose process is gone while their host is there, as <see cref="RefusalWatchdog"/> found. Safe from anywhere.</summary>
internal sealed class GoneNodes
{
    // A failure detector is made by Akka.NET, and is given nothing of ours: it finds what belongs to its system by this.
    private static readonly ConditionalWeakTable<EventStream, GoneNodes> OfSystems = [];

    private readonly ConcurrentDictionary<string, bool> _addresses = new(StringComparer.Ordinal);

    /// <summary>Those of the actor system with that event stream.</summary>
    public static GoneNodes Of(EventStream eventStream) => OfSystems.GetOrCreateValue(eventStream);

    public bool Has(string address) => !_addresses.IsEmpty && _addresses.ContainsKey(address);

    public void Add(Address address) => _addresses[address.ToString()] = true;

    /// <summary>Another run of it may come to the same address.</summary>
    public void Remove(Address address) => _addresses.TryRemove(address.ToString(), out _);
}
