using System.Diagnostics;
using System.Globalization;

namespace Streaming.LongWindow;

/// <summary>What the server's process uses, by the kernel's word and by its own.</summary>
internal sealed class ServerProcess(int id, string heapReport)
{
    private static readonly TimeSpan ReportTimeout = TimeSpan.FromSeconds(20);

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Resident
    {
        get
        {
            using var process = Process.GetProcessById(id);
            return process.WorkingSet64;
        }
    }

    /// <summary>Bytes that are live on the heap after a full collection, and bytes that were allocated since the start.</summary>
    public async Task<(long Live, long Allocated)> HeapAsync()
    {
        File.Delete(heapReport);
        using var timeout = new CancellationTokenSource(ReportTimeout);
        using (var kill = Process.Start("kill", ["-USR1", id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(timeout.Token);
        }

        while (!File.Exists(heapReport))
        {
            await Task.Delay(50, timeout.Token);
        }

        var numbers = (await File.ReadAllTextAsync(heapReport, timeout.Token)).Split(' ');
        return (Number(numbers[0]), Number(numbers[1]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
