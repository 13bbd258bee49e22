using System.Globalization;

namespace Streaming.Cluster.Workers;

/// <summary>
/// How busy the cores of this machine are, whoever keeps them busy: the first line of <c>/proc/stat</c> (proc_stat(5)). 0 where there is no such file.
/// One caller.
/// </summary>
internal sealed class MachineLoad
{
    private const string Path = "/proc/stat";
    private const int Idle = 3, IoWait = 4;

    private long _idle;
    private long _all;

    /// <summary>Share of the cores' time that was not idle since it was last asked, 0 to 1.</summary>
    public double Read()
    {
        try
        {
            using var lines = new StreamReader(Path);
            return Since(lines.ReadLine() ?? "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The same, of the line as it is now.</summary>
    internal double Since(string line)
    {
        long[] times = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static time => long.Parse(time, NumberStyles.None, CultureInfo.InvariantCulture))];
        if (times.Length <= IoWait)
        {
            return 0;
        }

        var (idle, all) = (times[Idle] + times[IoWait], times.Sum());
        var share = all == _all ? 0 : 1 - ((idle - _idle) / (double)(all - _all));
        (_idle, _all) = (idle, all);
        return Math.Clamp(share, 0, 1);
    }
}
