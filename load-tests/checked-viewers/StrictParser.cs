using System.Diagnostics;
using System.Text.Json;

namespace Streaming.CheckedViewers;

/// <summary>hls-parser in strict mode, in a process beside this one: reads playlists as they come, and says which it refuses.</summary>
internal sealed class StrictParser : IAsyncDisposable
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _node;
    private readonly Task<string> _verdicts;
    private readonly Lock _writing = new();
    private int _given;

    public StrictParser(string program)
    {
        _node = Process.Start(new ProcessStartInfo("node", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _verdicts = _node.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Gives it a playlist. Waits where the parser is behind.</summary>
    public void Judge(string playlist)
    {
        var line = JsonSerializer.Serialize(playlist);
        lock (_writing)
        {
            _node.StandardInput.WriteLine(line);
            _given++;
        }
    }

    /// <summary>How many it was given, and what it said of those that it refused; no more comes after this.</summary>
    public async Task<(int Given, string[] Refused)> EndAsync()
    {
        _node.StandardInput.Close();
        var lines = (await _verdicts.WaitAsync(EndTimeout)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines is [.., var last] && last == $"judged {_given}"
            ? (_given, lines[..^1])
            : (_given, ["The parser did not come to its end.", .. lines]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_node.HasExited)
        {
            _node.Kill();
        }

        await _node.WaitForExitAsync();
        _node.Dispose();
    }
}
