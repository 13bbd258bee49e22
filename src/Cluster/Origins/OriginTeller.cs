using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Origins;

/// <summary>
/// Tells the other nodes which broadcasts are under way on this one and which replicas it keeps, and hears the same of them. What it tells is all there
/// is, and it tells it again: nothing has to arrive, and who comes late knows it in a moment. A local actor below the user guardian; owns
/// nothing. Its mailbox has a message a node and <see cref="TellInterval"/>, and one for each broadcast or replica that begins or ends.
/// </summary>
internal sealed class OriginTeller : UntypedActor, IWithTimers
{
    private const string Topic = "origins";

    // How long what was lost goes unknown.
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(2);

    // What changes together is told together.
    private static readonly TimeSpan ChangePause = TimeSpan.FromMilliseconds(20);

    // Replicas come and go with viewers, and nobody waits for them.
    private static readonly TimeSpan ReplicaPause = TimeSpan.FromMilliseconds(200);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly LiveChannels _live;
    private readonly KeptReplicas _replicas;
    private readonly OriginDirectory _directory;
    private readonly Func<NodeAddress?> _media;
    private readonly Action _changed;
    private readonly Action _replicasChanged;
    private long _round;

    /// <param name="live">What is under way here.</param>
    /// <param name="replicas">What it keeps of what is under way elsewhere.</param>
    /// <param name="directory">Is told what is under way elsewhere.</param>
    /// <param name="media">Where this node gives its media to others; null where it does not.</param>
    public OriginTeller(LiveChannels live, KeptReplicas replicas, OriginDirectory directory, Func<NodeAddress?> media)
    {
        (_live, _replicas, _directory, _media) = (live, replicas, directory, media);
        var self = Self;
        _changed = () => self.Tell(SomethingChanged.Instance);
        _replicasChanged = () => self.Tell(ReplicasChanged.Instance);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _mediator.Tell(new Subscribe(Topic, Self));
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberRemoved));
        _live.Changed += _changed;
        _replicas.Changed += _replicasChanged;
        Timers.StartPeriodicTimer(TellNow.Instance, TellNow.Instance, TellInterval);
    }

    protected override void PostStop()
    {
        _live.Changed -= _changed;
        _replicas.Changed -= _replicasChanged;
        _cluster.Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ToldOrigins told:
                Hear(told);
                break;
            case TellNow:
                Tell();
                break;
            case SomethingChanged or ClusterEvent.MemberUp:
                Timers.StartSingleTimer(SomethingChanged.Instance, TellNow.Instance, ChangePause);
                break;
            case ReplicasChanged when !Timers.IsTimerActive(ReplicasChanged.Instance):
                Timers.StartSingleTimer(ReplicasChanged.Instance, TellNow.Instance, ReplicaPause);
                break;
            case ClusterEvent.MemberRemoved { Member: var member }:
                _directory.Remove(member.UniqueAddress.ToString());
                break;
        }
    }

    private void Tell()
    {
        var broadcasts = _live.All.Select(static channel => (channel.Slug, channel.Status.Broadcast))
            .Where(static live => live.Broadcast is not null)
            .Select(static live => new ToldBroadcast(
                live.Slug, live.Broadcast!.Id, live.Broadcast.Epoch, live.Broadcast.StartedAt, IsPlayable(live.Broadcast)))
            .ToList();
        foreach (var told in ToldOrigins.Of(_cluster.SelfUniqueAddress.ToString(), _media(), ++_round, broadcasts, [.. _replicas.All]))
        {
            _mediator.Tell(new Publish(Topic, told));
        }
    }

    private static bool IsPlayable(ILiveBroadcast broadcast) => broadcast.Snapshot is { } snapshot && Offering.Of(snapshot).IsReady;

    private void Hear(ToldOrigins told)
    {
        // One that was taken out says nothing any more, however late it comes; nor does this node to itself.
        var member = _cluster.State.Members.FirstOrDefault(member => member.UniqueAddress.ToString() == told.Node);
        if (member is not null && !member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
        {
            _directory.Take(ClusterNodes.NameOf(member.Address), told);
        }
    }

    private sealed class TellNow
    {
        public static TellNow Instance { get; } = new();
    }

    private sealed class ReplicasChanged
    {
        public static ReplicasChanged Instance { get; } = new();
    }

    private sealed class SomethingChanged
    {
        public static SomethingChanged Instance { get; } = new();
    }
}
