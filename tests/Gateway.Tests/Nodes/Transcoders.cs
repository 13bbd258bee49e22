using System.Diagnostics;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>
/// The transcoders that nodes in this process run: its ffmpeg children that write to the socket of a rung. A test that looks
/// for its own gives its rung a name of its own.
/// </summary>
internal static class Transcoders
{
    /// <summary>Ids of the processes that make the rung of that name.</summary>
    public static IReadOnlyList<int> Of(string rung)
    {
        var found = new List<int>();
        foreach (var process in Process.GetProcessesByName("ffmpeg"))
        {
            using (process)
            {
                if (IsOurs(process.Id) && Read(process.Id, "cmdline").Contains($"/{rung}.sock", StringComparison.Ordinal))
                {
                    found.Add(process.Id);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// Kills two that make the rung, one after the other: the first is followed at once by another, which goes on without a gap. Waits for a gap, and
    /// kills one more where there is none for long.
    /// </summary>
    public static Task KillUntilGapAsync(TestChannel channel, string broadcastId, string rung)
    {
        var (killed, last) = (0, 0L);
        return Eventually.HoldsAsync("the rung has a gap", async () =>
        {
            foreach (var transcoder in Of(rung).Where(_ => killed < 2 || Stopwatch.GetElapsedTime(last) > TimeSpan.FromSeconds(10)))
            {
                (killed, last) = (killed + 1, Stopwatch.GetTimestamp());
                try
                {
                    using var process = Process.GetProcessById(transcoder);
                    process.Kill();
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException)
                {
                    // It has ended meanwhile.
                }
            }

            return (await channel.PlaylistAsync(broadcastId, rung)).Segments.Any(static segment => segment.IsGap);
        });
    }

    // /proc/<id>/stat: the parent's id is the fourth field, the second being the name in parentheses.
    private static bool IsOurs(int processId) =>
        Read(processId, "stat").Split(") ") is [_, var rest] && rest.Split(' ')[1] == $"{Environment.ProcessId}";

    private static string Read(int processId, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/{file}");
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }
}
