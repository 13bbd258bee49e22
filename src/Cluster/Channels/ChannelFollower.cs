using Akka.Actor;

namespace Streaming.Cluster.Channels;

/// <summary>
/// Tells this node's <see cref="ChannelDirectory"/>, and who else has something of channels, what other nodes asked for. What is told may
/// get lost on its way, or overtake other news: where the journal is shared, it is looked at now and then, and a channel of which something
/// is missing is read anew. A local actor below the user guardian; owns nothing. Its mailbox has what operators and publishers do.
/// </summary>
public sealed class ChannelFollower : UntypedActor, IWithTimers
{
    // How long something that was not heard of goes unknown.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    // Events are numbered in another order than they become visible in, and there are some between the directory's reading and the first look.
    private const long LookBack = 1_000;

    private readonly ChannelDirectory _directory;
    private readonly ChannelJournal? _journal;
    private readonly IActorRef _mediator;
    private readonly IReadOnlyList<IChannelListener> _listeners;
    private readonly HashSet<string> _reading = new(StringComparer.Ordinal);
    private long? _newest; // Of all events, at the last look that read some.
    private bool _isQuiet; // Since that one, another has read them once more.

    public ChannelFollower(
        ChannelDirectory directory, ChannelJournal? journal, IActorRef mediator, IReadOnlyList<IChannelListener> listeners) =>
        (_directory, _journal, _mediator, _listeners) = (directory, journal, mediator, listeners);

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="directory">Is told.</param>
    /// <param name="journal">Is looked at where others store their events in it, too.</param>
    /// <param name="mediator">Where the news comes from.</param>
    /// <param name="listeners">Are told, too.</param>
    public static Props PropsOf(
        ChannelDirectory directory, ChannelJournal journal, IActorRef mediator, params IReadOnlyList<IChannelListener> listeners)
    {
        var shared = journal.IsShared ? journal : null;
        return Props.Create(() => new ChannelFollower(directory, shared, mediator, listeners));
    }

    protected override void PreStart()
    {
        ChannelEntity.Follow(_mediator, Self);
        Wait();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ChannelNews news:
                Take(news.SequenceNr, news.Event);
                break;
            case LookNow:
                LookAsync(_journal!, _newest, _isQuiet).PipeTo(Self, failure: static _ => Looked.Nothing);
                break;
            case Looked looked:
                _isQuiet = looked.Newest == _newest;
                _newest = looked.Newest ?? _newest;
                foreach (var (sequenceNr, happened) in looked.Events)
                {
                    Take(sequenceNr, happened);
                }

                Wait();
                break;
            case Reread reread:
                _reading.Remove(reread.Slug);
                _directory.Rebuild(reread.Slug, reread.Events);
                Tell(reread.Slug);
                break;
        }
    }

    private void Wait()
    {
        if (_journal is not null)
        {
            Timers.StartSingleTimer(LookNow.Instance, LookNow.Instance, LookInterval);
        }
    }

    private void Take(long sequenceNr, IChannelEvent happened)
    {
        var slug = happened.Slug;
        _directory.Apply(sequenceNr, happened);
        Tell(slug);
        if (_journal is { } journal && !_directory.IsWhole(slug) && _reading.Add(slug))
        {
            // Where that fails, the next event of the channel has it tried again.
            Task.Run(() => new Reread(slug, journal.Of(slug))).PipeTo(Self, failure: _ => new Reread(slug, []));
        }
    }

    private void Tell(string slug)
    {
        foreach (var listener in _listeners)
        {
            listener.Hear(slug);
        }
    }

    /// <summary>What has come into the journal since. Not in the actor's thread: a database is asked.</summary>
    private static Task<Looked> LookAsync(ChannelJournal journal, long? since, bool isQuiet) => Task.Run(() =>
    {
        var newest = journal.NewestOfAll;
        return newest == since && isQuiet
            ? new Looked(newest, [])
            : new Looked(newest, journal.After(Math.Max(0, (since ?? newest) - LookBack)));
    });

    private sealed class LookNow
    {
        public static LookNow Instance { get; } = new();
    }

    private sealed record Looked(long? Newest, IReadOnlyList<(long SequenceNr, IChannelEvent Event)> Events)
    {
        /// <summary>The database does not answer.</summary>
        public static Looked Nothing { get; } = new(null, []);
    }

    private sealed record Reread(string Slug, IReadOnlyList<(long SequenceNr, IChannelEvent Event)> Events);
}
