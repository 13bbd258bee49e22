using System.Globalization;

namespace Streaming.WaitingViewers;

/// <summary>What the server's own process uses, without its transcoder's. proc(5).</summary>
internal static class ServerProcess
{
    private const double TicksPerSecond = 100;

    /// <summary>CPU time, user and system, in seconds.</summary>
    public static double CpuSeconds(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    public static long ResidentKib(int id) => Number(
        File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
