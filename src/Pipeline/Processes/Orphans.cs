using System.ComponentModel;
using System.Diagnostics;

namespace Streaming.Pipeline.Processes;

/// <summary>Processes whose parent is gone: known by what only their command line has. Linux's /proc; nothing elsewhere.</summary>
internal static class Orphans
{
    /// <summary>Ends those whose command line has <paramref name="mark"/> in it.</summary>
    public static void End(string mark)
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (process.Id != Environment.ProcessId && CommandLineOf(process.Id).Contains(mark, StringComparison.Ordinal))
                {
                    TryKill(process);
                }
            }
        }
    }

    private static string CommandLineOf(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended, or there is no /proc.
        }
    }

    private static void TryKill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            // It has ended, or is another user's.
        }
    }
}
