using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Pattern;
using Akka.Persistence;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Channels;

/// <summary>
/// The only one who says what a channel is and who may publish to it. Sharded by slug; its parent is its shard, which starts it with the
/// first message and stops it when nobody has asked for a while. It owns its <see cref="ChannelState"/>, which is what its events add up
/// to: its death costs reading them again. Commands wait while an event is being stored or read; there is one at most of each connection
/// that waits for its answer, and connections are limited. Those that wait when it stops are answered by <see cref="UnansweredCommands"/>.
/// </summary>
public sealed partial class ChannelEntity : UntypedPersistentActor
{
    /// <summary>What its persistence id begins with.</summary>
    public const string IdPrefix = "channel-";

    private const string NewsTopic = "channels";

    private readonly IActorRef? _mediator;
    private readonly ChannelTelling _telling;
    private readonly ActorLife _life;
    private ChannelState _state = ChannelState.None;

    /// <param name="slug">The channel.</param>
    /// <param name="mediator">Tells other nodes; null for none.</param>
    /// <param name="instruments">Are told how its journal does; null for nobody.</param>
    /// <param name="actors">Are told how it ends; null for nobody.</param>
    public ChannelEntity(
        string slug, IActorRef? mediator, ChannelInstruments? instruments = null, ActorInstruments? actors = null)
    {
        PersistenceId = IdPrefix + slug;
        _mediator = mediator;
        (_telling, _life) = (new(instruments), new(actors, "channel"));
    }

    public override string PersistenceId { get; }

    /// <summary>It makes no snapshots, and looks for none.</summary>
    public override Recovery Recovery { get; } = new(SnapshotSelectionCriteria.None);

    /// <summary>Follows what happens to all channels: <see cref="ChannelNews"/>.</summary>
    public static void Follow(IActorRef mediator, IActorRef follower) => mediator.Tell(new Subscribe(NewsTopic, follower));

    protected override void OnRecover(object message)
    {
        if (message is IChannelEvent happened)
        {
            _state = _state.After(happened, LastSequenceNr);
        }
    }

    protected override void OnCommand(object message)
    {
        if (message is IChannelCommand command)
        {
            Decide(command);
        }
        else
        {
            Unhandled(message);
        }
    }

    /// <summary>Who asked is told, and tells the log; this actor is stopped after it, and begins anew with what is in the
    /// journal.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _telling.Failed(cause);
        Sender.Tell(Failure(cause));
        TellThoseWhoWait(cause);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _telling.Rejected(cause);
        Sender.Tell(Failure(cause));
    }

    /// <summary>This actor is stopped after it. Who waited for it tells the log of a database that failed; anything else is told here.</summary>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _telling.NotRecovered();
        if (reason is not OpenCircuitException && !DatabaseFailure.IsOfDatabase(reason))
        {
            base.OnRecoveryFailure(reason, message!);
        }

        TellThoseWhoWait(reason);
    }

    private static ChannelAnswer Failure(Exception cause) => cause is not OpenCircuitException && DatabaseFailure.IsInDoubt(cause)
        ? new ChannelAnswer.InDoubt(DatabaseFailure.Words(cause))
        : NotBegun(cause);

    private static ChannelAnswer.Failed NotBegun(Exception cause) => new(DatabaseFailure.Words(cause), DatabaseFailure.IsFull(cause));

    private void TellThoseWhoWait(Exception cause) =>
        Context.System.EventStream.Publish(new UnansweredCommands.Reason(Self, NotBegun(cause)));

    private void Decide(IChannelCommand command)
    {
        var (happened, answer) = _state.Decide(command, LastSequenceNr);
        _telling.Decided(command, answer);
        if (happened is null)
        {
            Sender.Tell(answer);
            return;
        }

        Persist(happened, stored =>
        {
            _telling.Stored();
            _state = _state.After(stored, LastSequenceNr);
            Sender.Tell(new ChannelAnswer.Done(LastSequenceNr, stored));
            _mediator?.Tell(new Publish(NewsTopic, new ChannelNews(LastSequenceNr, stored)));
        });
    }
}
