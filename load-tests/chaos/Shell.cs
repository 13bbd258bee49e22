using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Streaming.Chaos;

/// <summary>Programs of the system.</summary>
internal static partial class Shell
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message says what it said.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {(await errors).Trim()}");
    }

    /// <summary>Sends a signal to one process; nothing where it has gone.</summary>
    public static void Signal(int process, int signal)
    {
        const int noSuchProcess = 3;
        if (SendSignal(process, signal) != 0 && Marshal.GetLastPInvokeError() is not noSuchProcess and var error)
        {
            throw new Win32Exception(error);
        }
    }

    /// <summary>What a process has started and that lives: its id and name.</summary>
    public static IEnumerable<(int Id, string Name)> ChildrenOf(int process)
    {
        // Each thread has children of its own.
        var text = new StringBuilder();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                text.Append(File.ReadAllText(thread + "/children"));
            }
        }
        catch (IOException)
        {
            yield break;
        }

        foreach (var child in text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string name;
            try
            {
                name = File.ReadAllText($"/proc/{child}/comm").Trim();
            }
            catch (IOException)
            {
                continue;
            }

            yield return (int.Parse(child, CultureInfo.InvariantCulture), name);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
