using System.Globalization;

namespace Streaming.LongWindow;

/// <summary>What the server's process uses, by the kernel's word and by its own.</summary>
internal sealed class ServerProcess(int id, string heapReport)
{
    private static readonly TimeSpan ReportTimeout = TimeSpan.FromSeconds(20);

    // USER_HZ, which Linux has at 100 wherever .NET runs.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            // The second field, the name, may hold spaces; after it, utime and stime are the 12th and 13th.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Resident => 1024 * Number(File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    /// <summary>Bytes that are live on the heap after a full collection, and bytes that were allocated since the start.</summary>
    public async Task<(long Live, long Allocated)> HeapAsync()
    {
        await File.WriteAllTextAsync(heapReport + ".wanted", "");
        using var timeout = new CancellationTokenSource(ReportTimeout);
        while (File.Exists(heapReport + ".wanted"))
        {
            await Task.Delay(50, timeout.Token);
        }

        var numbers = (await File.ReadAllTextAsync(heapReport)).Split(' ');
        return (Number(numbers[0]), Number(numbers[1]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
