using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Akka.Actor;

namespace Streaming.Cluster.Actors;

/// <summary>
/// How many actors of ours live on the node, what waits for them, how they end, and messages that reached nobody. Actors are looked at when
/// somebody asks, in the tree that they are in: nothing is counted with a message, and none is sent.
/// </summary>
public sealed class ActorInstruments
{
    public const string MeterName = "Streaming.Actors";

    private readonly ConcurrentDictionary<string, Func<IEnumerable<IActorRef>>> _actors = new();
    private readonly ConcurrentDictionary<string, IActorRef> _regions = new();
    private readonly Counter<long> _restarts;
    private readonly Counter<long> _stops;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _unhandled;

    public ActorInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableUpDownCounter(
            "streaming.actors.shards", Shards, "{shard}", "Shards that this node has, by region.");
        meter.CreateObservableUpDownCounter(
            "streaming.actors.alive", Alive, "{actor}",
            "Actors that live on this node: entities of channels, slots of runs, supervisors of broadcasts.");
        meter.CreateObservableGauge(
            "streaming.actors.mailbox.fullest", Fullest, "{message}", "Messages in the fullest mailbox of each kind of actor.");
        _restarts = meter.CreateCounter<long>(
            "streaming.actors.restarts", "{restart}", "Actors that began anew after an exception, by kind.");
        _stops = meter.CreateCounter<long>("streaming.actors.stops", "{stop}", "Actors that stopped for good, by kind.");
        _deadLetters = meter.CreateCounter<long>(
            "streaming.actors.dead_letters", "{message}", "Messages whose receiver was not there, by type.");
        _unhandled = meter.CreateCounter<long>(
            "streaming.actors.unhandled", "{message}", "Messages that their receiver has no use for, by type.");
    }

    /// <summary>Lets it be looked at the entities of a shard region.</summary>
    /// <param name="region">The region's name.</param>
    /// <param name="actor">What its entities are.</param>
    /// <param name="reference">The region on this node.</param>
    public void WatchRegion(string region, string actor, IActorRef reference)
    {
        _regions[region] = reference;
        Watch(actor, () => ChildrenOf(reference).SelectMany(ChildrenOf));
    }

    /// <summary>Lets it be looked at these actors.</summary>
    public void Watch(string actor, Func<IEnumerable<IActorRef>> those) => _actors[actor] = those;

    internal void Restarted(string actor) => _restarts.Add(1, Actor(actor));

    internal void Stopped(string actor) => _stops.Add(1, Actor(actor));

    internal void IsDeadLetter(string message) => _deadLetters.Add(1, new KeyValuePair<string, object?>("message", message));

    internal void IsUnhandled(string message) => _unhandled.Add(1, new KeyValuePair<string, object?>("message", message));

    private IEnumerable<Measurement<int>> Shards() => _regions.Select(
        static region => new Measurement<int>(
            ChildrenOf(region.Value).Count(), new KeyValuePair<string, object?>("region", region.Key)));

    private IEnumerable<Measurement<int>> Alive() => _actors.Select(
        static those => new Measurement<int>(those.Value().Count(IsHere), Actor(those.Key)));

    private IEnumerable<Measurement<int>> Fullest() =>
    [
        .. _actors.Select(static those => FullestOf(those.Key, those.Value())),
        FullestOf("region", _regions.Values),
        FullestOf("shard", _regions.Values.SelectMany(ChildrenOf)),
    ];

    private static Measurement<int> FullestOf(string actor, IEnumerable<IActorRef> those) =>
        new(those.Select(WaitingFor).DefaultIfEmpty().Max(), Actor(actor));

    private static KeyValuePair<string, object?> Actor(string actor) => new("actor", actor);

    private static bool IsHere(IActorRef actor) => actor is ActorRefWithCell;

    private static IEnumerable<IActorRef> ChildrenOf(IActorRef actor) => actor is ActorRefWithCell here ? here.Children : [];

    private static int WaitingFor(IActorRef actor) => actor is ActorRefWithCell here ? here.Underlying.NumberOfMessages : 0;
}
