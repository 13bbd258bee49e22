using System.Runtime.ExceptionServices;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Streams;

namespace Streaming.Cluster.Graphs;

/// <summary>
/// Runs an actor's mailbox on the thread that has put something into it, if nobody else does already. What comes of a socket is then dealt with
/// where it was read: a change of threads for each tag would cost more than the work itself. Nothing that runs here may block or wait.
/// </summary>
/// <remarks>
/// A mailbox that is filled from within another one's turn has its turn after that, on the same thread: turns follow each other, and the stack does
/// not grow with them. A turn that throws is nothing to who filled that mailbox, nor to the turns that wait: it is thrown on a thread of the pool, where
/// it ends the process, as on any other executor.
/// </remarks>
/// <param name="id">Names it.</param>
/// <param name="thrown">Gets what a turn throws, on a thread of the pool; null throws it there.</param>
public sealed class InlineExecutor(string id, Action<Exception>? thrown = null) : ExecutorService(id)
{
    [ThreadStatic]
    private static Queue<IRunnable>? _waiting;

    [ThreadStatic]
    private static bool _isRunning;

    private readonly Action<Exception> _thrown = thrown ?? Throw;

    public override void Execute(IRunnable run)
    {
        if (_isRunning)
        {
            (_waiting ??= new()).Enqueue(run);
            return;
        }

        _isRunning = true;
        Turn(run);
        while (_waiting is not null && _waiting.TryDequeue(out var next))
        {
            Turn(next);
        }

        _isRunning = false;
    }

    public override void Shutdown()
    {
        // It has no threads.
    }

    private void Turn(IRunnable run)
    {
        try
        {
            run.Run();
        }
        catch (Exception e)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_thrown, e, preferLocal: false);
        }
    }

    private static void Throw(Exception exception) => ExceptionDispatchInfo.Throw(exception);
}

/// <summary>How Akka.NET makes an <see cref="InlineExecutor"/>, named in the configuration of <see cref="Inline"/>.</summary>
public sealed class InlineExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) => new InlineExecutor(id);
}

/// <summary>The dispatcher of actors and graphs that run on the thread that learns of the data.</summary>
public static class Inline
{
    /// <summary>Its path in the configuration.</summary>
    public const string Dispatcher = "streaming.inline-dispatcher";

    private const string Settings = "Streaming.Cluster.Graphs.inline.hocon";

    /// <summary>
    /// How graphs are made that run there. Where an element leaves for another thread, one more is asked for, no more: what waits has a buffer of ours.
    /// </summary>
    public static ActorMaterializerSettings MaterializerSettings(ActorSystem system) =>
        ActorMaterializerSettings.Create(system).WithDispatcher(Dispatcher).WithInputBuffer(1, 1);

    /// <summary>What an actor system has to be told of it.</summary>
    public static Config Configuration { get; } = ConfigurationFactory.FromResource(Settings, typeof(Inline).Assembly);
}
