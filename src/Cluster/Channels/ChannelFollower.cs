using Akka.Actor;

namespace Streaming.Cluster.Channels;

/// <summary>
/// Tells this node's <see cref="ChannelDirectory"/> what has happened to channels whose changes other nodes asked for. A local actor
/// below the user guardian; owns nothing, and what it misses the directory learns at its next start. Its mailbox has what operators do.
/// </summary>
public sealed class ChannelFollower : UntypedActor
{
    private readonly ChannelDirectory _directory;
    private readonly IActorRef _mediator;

    public ChannelFollower(ChannelDirectory directory, IActorRef mediator) => (_directory, _mediator) = (directory, mediator);

    protected override void PreStart() => ChannelEntity.Follow(_mediator, Self);

    protected override void OnReceive(object message)
    {
        if (message is ChannelNews news)
        {
            _directory.Apply(news.SequenceNr, news.Event);
        }
    }
}
