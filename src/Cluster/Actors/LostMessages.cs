using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Streaming.Cluster.Actors;

/// <summary>
/// Hears of messages that reached nobody: counts them by type, and tells the log of each type once in a while. It has no mailbox: who loses
/// a message counts it, so that a flood of them fills nothing. While the node ends they are ordinary: counted, and not told.
/// </summary>
public sealed partial class LostMessages : MinimalActorRef
{
    /// <summary>Types that have a name of their own; what comes later is <see cref="Other"/>.</summary>
    public const int TypesMax = 32;

    /// <summary>The name of all further types.</summary>
    public const string Other = "other";

    /// <summary>One line for each kind and type within it.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Type, string> _names = new();
    private readonly ConcurrentDictionary<(bool IsUnhandled, string Message), Lost> _lost = new();
    private readonly Lock _naming = new();
    private readonly ActorInstruments? _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationToken _ending;

    private LostMessages(
        ActorSystem system, ActorInstruments? instruments, TimeProvider time, ILogger logger, CancellationToken ending)
    {
        (_instruments, _time, _logger, _ending) = (instruments, time, logger, ending);
        Provider = ((ExtendedActorSystem)system).Provider;
        Path = Provider.TempPath();
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider { get; }

    /// <summary>Hears of all that the system loses from now on.</summary>
    /// <param name="system">The system.</param>
    /// <param name="instruments">Count; null for nobody who asks.</param>
    /// <param name="time">Says when a line may be told again.</param>
    /// <param name="logger">Gets the lines.</param>
    /// <param name="ending">The node ends.</param>
    public static void Watch(
        ActorSystem system, ActorInstruments? instruments, TimeProvider time, ILogger logger, CancellationToken ending)
    {
        var lost = new LostMessages(system, instruments, time, logger, ending);
        foreach (var kind in (Type[])[typeof(DeadLetter), typeof(Dropped), typeof(UnhandledMessage)])
        {
            system.EventStream.Subscribe(lost, kind);
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case UnhandledMessage unhandled:
                var name = NameOf(unhandled.Message);
                _instruments?.IsUnhandled(name);
                if (ToTell(isUnhandled: true, name) is { } useless)
                {
                    LogUnhandled(useless, name, unhandled.Recipient?.Path);
                }

                break;
            case AllDeadLetters letter:
                name = NameOf(letter.Message);
                _instruments?.IsDeadLetter(name);
                if (ToTell(isUnhandled: false, name) is { } dead)
                {
                    LogDeadLetter(dead, name, letter.Recipient?.Path);
                }

                break;
        }
    }

    /// <summary>How many are to be told; null while the last line is not long ago, and at the end.</summary>
    private long? ToTell(bool isUnhandled, string name) => _ending.IsCancellationRequested
        ? null
        : _lost.GetOrAdd((isUnhandled, name), static _ => new Lost()).ToTell(_time);

    private string NameOf(object message)
    {
        var type = message.GetType();
        if (_names.TryGetValue(type, out var name))
        {
            return name;
        }

        lock (_naming)
        {
            return _names.Count < TypesMax ? _names.GetOrAdd(type, static type => type.Name) : Other;
        }
    }

    [LoggerMessage(350, LogLevel.Information, "{Count} of the messages {Message} reached nobody, the last one at {Recipient}")]
    private partial void LogDeadLetter(long count, string message, ActorPath? recipient);

    [LoggerMessage(351, LogLevel.Warning, "{Count} of the messages {Message} were of no use to their receiver, the last one {Recipient}")]
    private partial void LogUnhandled(long count, string message, ActorPath? recipient);

    /// <summary>Of one kind and type.</summary>
    private sealed class Lost
    {
        private readonly Lock _lock = new();
        private long? _toldAt;
        private long _untold;

        public long? ToTell(TimeProvider time)
        {
            lock (_lock)
            {
                _untold++;
                if (_toldAt is { } at && time.GetElapsedTime(at) < Pause)
                {
                    return null;
                }

                var count = _untold;
                (_toldAt, _untold) = (time.GetTimestamp(), 0);
                return count;
            }
        }
    }
}
