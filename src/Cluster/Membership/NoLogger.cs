using Akka.Event;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Takes the place of the logger with which Akka.NET writes to the console past the host's log, while that is not there yet and when it
/// is no more, whatever <c>stdout-loglevel</c> says.
/// </summary>
public sealed class NoLogger : MinimalLogger
{
    protected override void Log(object message)
    {
        // What goes wrong there is an exception, too.
    }
}
