using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Transcoding;

namespace Streaming.Cluster.Workers;

/// <summary>
/// Tells the other nodes what room for runs this one has, where it is a worker, and hears the same of them. What it tells is all there is, and it tells it
/// again: nothing has to arrive. A local actor below the user guardian; owns nothing. Its mailbox has a message a worker and <see cref="TellInterval"/>, and one
/// for each run that begins or ends.
/// </summary>
internal sealed class WorkerTeller : UntypedActor, IWithTimers
{
    private const string Topic = "workers";

    // How long what was lost goes unknown.
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(2);

    // What changes together is told together.
    private static readonly TimeSpan ChangePause = TimeSpan.FromMilliseconds(50);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly MachineLoad _load = new();
    private readonly WorkerDirectory _directory;
    private readonly RunSlots _slots;
    private readonly HostedRuns _hosted;
    private readonly Func<NodeAddress?> _media;
    private readonly Action _changed;
    private double _share;
    private long _round;

    /// <param name="directory">Is told of the others.</param>
    /// <param name="slots">This node's.</param>
    /// <param name="hosted">Runs of others on this node.</param>
    /// <param name="media">Where this node takes runs of others; null where it does not, or not yet.</param>
    public WorkerTeller(WorkerDirectory directory, RunSlots slots, HostedRuns hosted, Func<NodeAddress?> media)
    {
        (_directory, _slots, _hosted, _media) = (directory, slots, hosted, media);
        var self = Self;
        _changed = () => self.Tell(SomethingChanged.Instance);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _mediator.Tell(new Subscribe(Topic, Self));
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberRemoved));
        _slots.Changed += _changed;
        _hosted.Changed += _changed;
        Timers.StartPeriodicTimer(TellNow.Instance, TellNow.Instance, TellInterval);
    }

    protected override void PostStop()
    {
        _slots.Changed -= _changed;
        _hosted.Changed -= _changed;
        _cluster.Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ToldWorker told:
                Hear(told);
                break;
            case TellNow:
                _share = _load.Read();
                Tell();
                break;
            case ChangesPassed:
                Tell();
                break;
            case SomethingChanged or ClusterEvent.MemberUp:
                if (!Timers.IsTimerActive(ChangesPassed.Instance))
                {
                    Timers.StartSingleTimer(ChangesPassed.Instance, ChangesPassed.Instance, ChangePause);
                }

                break;
            case ClusterEvent.MemberRemoved { Member: var member }:
                _directory.Remove(member.UniqueAddress.ToString());
                break;
        }
    }

    private void Tell()
    {
        if (_slots.Count == 0 || _media() is not { } media)
        {
            return;
        }

        var taken = _slots.All;
        _mediator.Tell(new Publish(Topic, new ToldWorker(
            _cluster.SelfUniqueAddress.ToString(),
            media,
            ++_round,
            _slots.Count,
            taken.Count,
            Environment.ProcessorCount,
            _share,
            taken.Select(static slot => slot.Lag()).DefaultIfEmpty().Max(),
            _hosted.IsDraining,
            [.. taken.Select(static slot => slot.Run).Take(ToldWorker.RunsMax)])));
    }

    private void Hear(ToldWorker told)
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

    private sealed class SomethingChanged
    {
        public static SomethingChanged Instance { get; } = new();
    }

    private sealed class ChangesPassed
    {
        public static ChangesPassed Instance { get; } = new();
    }
}
