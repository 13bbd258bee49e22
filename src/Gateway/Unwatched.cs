using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Streaming.Gateway;

/// <summary>
/// What goes wrong where nobody is there to catch it. The runtime would end the node, and all broadcasts with it, for a fault of
/// one connection: instead it is told, and what threw is all that ends. Each such line is a mistake of ours to mend.
/// </summary>
internal static partial class Unwatched
{
    private static ILogger? _logger;

    /// <summary>Takes what nobody caught, for the rest of the process. Of several loggers the newest is told.</summary>
    public static void Catch(ILogger logger)
    {
        if (Interlocked.Exchange(ref _logger, logger) is not null)
        {
            return;
        }

        TaskScheduler.UnobservedTaskException += (_, unobserved) =>
        {
            LogUnobserved(_logger, unobserved.Exception);
            unobserved.SetObserved();
        };
        ExceptionHandling.SetUnhandledExceptionHandler(exception =>
        {
            try
            {
                LogUnhandled(_logger, exception);
            }
            catch (Exception)
            {
                // There may be no memory and no file to say it.
            }

            return true;
        });
    }

    /// <summary>
    /// Loads the code that is only needed later: of all that this program refers to, and of telling exceptions. The runtime opens two
    /// files for each assembly, and where it cannot, it throws what nobody expects there.
    /// </summary>
    public static void LoadCode()
    {
        foreach (var name in typeof(Unwatched).Assembly.GetReferencedAssemblies())
        {
            var assembly = Assembly.Load(name);
            if (name.Name!.StartsWith(typeof(Unwatched).Namespace!.Split('.')[0], StringComparison.Ordinal)
                || assembly == typeof(Process).Assembly)
            {
                foreach (var inner in assembly.GetReferencedAssemblies())
                {
                    Assembly.Load(inner);
                }
            }
        }

        _ = new StackTrace(fNeedFileInfo: true).ToString();
    }

    [LoggerMessage(10, LogLevel.Error, "Something failed where nobody expected it; the node goes on without it")]
    private static partial void LogUnhandled(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "Something failed that nobody waited for")]
    private static partial void LogUnobserved(ILogger logger, Exception exception);
}
