using System.Globalization;
using Streaming.LongWindow;

// What it is asked for comes from run.sh alone: server, channel, process id of the server, heap report, seconds, marks.
if (args is not [var server, var channel, var id, var heapReport, var seconds, var marks])
{
    Console.Error.WriteLine("Run benchmarks/long-window/run.sh.");
    return 2;
}

static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

using var http = new HttpClient();
using var probe = new WindowProbe(http, new Uri(new Uri(server), $"/live/{channel}/index.m3u8"));
var process = new ServerProcess(Whole(id), heapReport);
await probe.FindAsync();
Console.WriteLine(
    "| media | full playlist, bytes plain / gzip | delta update | MPD | reload with a delta update, ms p50 / p99 | full playlist, ms "
    + "| MPD, ms | CPU a part, ms | allocated a part, KiB | live heap, MiB | resident, MiB |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
foreach (var mark in marks.Split(',').Select(Whole))
{
    await probe.ReachAsync(TimeSpan.FromSeconds(mark));
    var (live, allocatedBefore) = await process.HeapAsync();
    var (reloads, mpds) = (new Times(), new Times());
    var cpuBefore = process.Cpu;
    var parts = await probe.FollowAsync(TimeSpan.FromSeconds(Whole(seconds)), reloads, mpds);
    var cpu = (process.Cpu - cpuBefore).TotalMilliseconds / parts;
    var resident = process.Resident;
    var (_, allocated) = await process.HeapAsync();
    var (full, delta, mpd) = await probe.SizesAsync();
    var fullTimes = await probe.FullAsync(10);
    Console.WriteLine(
        $"| {TimeSpan.FromSeconds(mark):h\\:mm} h | {full} | {delta} | {mpd} | {reloads} | {fullTimes} | {mpds} | {cpu:F2} | "
        + $"{(allocated - allocatedBefore) / 1024.0 / parts:F0} | {live / 1048576.0:F1} | {resident / 1048576.0:F0} |");
}

return 0;
