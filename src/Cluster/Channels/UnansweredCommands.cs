using Akka.Actor;
using Akka.Event;

namespace Streaming.Cluster.Channels;

/// <summary>
/// Answers commands that their channel will not: those that waited for it when it stopped, or came a moment later. Akka.NET lets go of
/// them as dead letters, so none was begun, and nothing has changed. A local actor below the user guardian; owns nothing, and without it
/// who asked would wait until its patience ends. Its mailbox has what waited for channels of this node.
/// </summary>
public sealed class UnansweredCommands : UntypedActor
{
    private static readonly ChannelAnswer.Failed Unexplained = new("The channel was stopped in this moment.", IsDiskFull: false);

    private Reason? _newest;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(Reason));
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Reason reason:
                _newest = reason;
                break;
            case DeadLetter { Message: IChannelCommand, Sender: { } asked } letter:
                asked.Tell(letter.Recipient.Equals(_newest?.Entity) ? _newest.Answer : Unexplained);
                break;
        }
    }

    /// <summary>Why an entity stops, told on the node's event stream before it does.</summary>
    internal sealed record Reason(IActorRef Entity, ChannelAnswer Answer);
}
