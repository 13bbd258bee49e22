using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Streaming.Pipeline.Processes;

/// <summary>
/// Starts programs so that the kernel ends them with this process, whatever ends it and whatever they are doing: prctl(2),
/// PR_SET_PDEATHSIG. It has to be asked for in the child, which util-linux's setpriv does. Where that is missing, a child ends
/// when it finds its standard input closed.
/// </summary>
internal static class ParentDeath
{
    private const string Setpriv = "setpriv";

    // Starts that may wait: each takes milliseconds, and who wants another waits too.
    private const int WaitingMax = 64;

    private static readonly string[] Signal = ["--pdeathsig", "KILL", "--"];

    private static readonly BlockingCollection<Action> Starts = new(WaitingMax);
    private static readonly Lazy<bool> IsThere = new(Try);

    static ParentDeath() => new Thread(Run) { IsBackground = true, Name = "processes" }.Start();

    /// <summary>How to start the program.</summary>
    public static ProcessStartInfo Follow(string program, IReadOnlyList<string> arguments) => IsThere.Value
        ? new(Setpriv, [.. Signal, program, .. arguments])
        : new(program, arguments);

    /// <summary>
    /// Starts it on a thread that never ends: the signal is sent when the thread that started the child ends, which threads of
    /// the pool do.
    /// </summary>
    public static Task StartAsync(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static void Run()
    {
        foreach (var start in Starts.GetConsumingEnumerable())
        {
            start();
        }
    }

    private static bool Try()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Setpriv, [.. Signal, "true"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
