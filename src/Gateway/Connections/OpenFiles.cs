using System.Globalization;
using System.Runtime.InteropServices;

namespace Streaming.Gateway.Connections;

/// <summary>
/// How many files and sockets this process may have open (<c>ulimit -n</c>), and whose they are. Where none are left nothing works
/// that opens one: storage, the transcoder, the runtime's own loading of code. So what viewers and broadcasters cause ends before.
/// </summary>
/// <remarks>
/// The kernel gives the lowest free number. A socket's number tells therefore, without a count, how many files are open at least,
/// whoever opened them.
/// </remarks>
internal sealed partial class OpenFiles
{
    // Fewer viewers than these are rather a mistake than a wish.
    private const int ViewersFew = 500;

    /// <param name="limit">How many may be open.</param>
    public OpenFiles(int limit)
    {
        Limit = limit;
        ForBroadcasters = limit - Math.Clamp(limit / 16, 16, 512);
        ForViewers = ForBroadcasters - Math.Clamp(limit / 64, 4, 128);
    }

    /// <summary>Those of this process.</summary>
    public static OpenFiles OfProcess { get; } = new(ReadLimit());

    /// <summary>How many may be open.</summary>
    public int Limit { get; }

    /// <summary>Numbers below it are for anybody who connects; a sixteenth, 16 to 512, is for the node itself.</summary>
    public int ForBroadcasters { get; }

    /// <summary>
    /// Numbers below it are for viewers, their connections and the files that are read for them: a broadcaster whom many watch can
    /// still come back. A sixty-fourth less, 4 to 128.
    /// </summary>
    public int ForViewers { get; }

    /// <summary>A viewer's connection, or a file that was opened for one, leaves enough for all others.</summary>
    public bool IsForViewers(SafeHandle handle) => IsBelow(ForViewers, handle);

    /// <summary>A broadcaster's connection leaves enough for the node.</summary>
    public bool IsForBroadcasters(SafeHandle handle) => IsBelow(ForBroadcasters, handle);

    /// <summary>Says how many viewers there is room for, when all is open that stays open: code, databases, sockets that listen.</summary>
    public void Tell(ILogger logger)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var left = Math.Max(0, ForViewers - Directory.GetFileSystemEntries("/proc/self/fd").Length);
        if (left < ViewersFew)
        {
            LogFew(logger, Limit, left);
        }
        else
        {
            LogEnough(logger, left, Limit);
        }
    }

    // Elsewhere handles are not numbers of files.
    private static bool IsBelow(int bound, SafeHandle handle) => !OperatingSystem.IsLinux() || handle.DangerousGetHandle() < bound;

    private static int ReadLimit()
    {
        // The line is "Max open files", the soft limit, the hard limit, the unit. The runtime has raised the one to the other.
        const string Name = "Max open files";
        if (OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            && line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
        {
            return limit;
        }

        return int.MaxValue;
    }

    [LoggerMessage(113, LogLevel.Information, "Up to {Viewers} viewers at once: this process may open {Limit} files (ulimit -n)")]
    private static partial void LogEnough(ILogger logger, int viewers, int limit);

    [LoggerMessage(114, LogLevel.Warning,
        "This process may open {Limit} files (ulimit -n), which is little: {Viewers} are left for viewers. Allow 4096 or more")]
    private static partial void LogFew(ILogger logger, int limit, int viewers);
}
