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
