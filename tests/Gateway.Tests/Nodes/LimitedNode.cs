using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Streaming.Gateway.Api;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>
/// A node as a process of its own, with limits of the operating system's: for what would end this process too. On free ports of
/// the loopback and a data folder of its own.
/// </summary>
internal sealed partial class LimitedNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _dataPath;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<int> _httpPort = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _rtmpPort = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LimitedNode(Process process, string dataPath)
    {
        (_process, _dataPath) = (process, dataPath);
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _httpPort.TrySetException(new InvalidOperationException("The node ended: " + Log));
    }

    public int HttpPort => _httpPort.Task.Result;

    public int RtmpPort => _rtmpPort.Task.Result;

    /// <summary>What it has said.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public bool HasEnded => _process.HasExited;

    /// <param name="limits">What the shell says before it becomes the node, such as <c>ulimit -n 300</c>.</param>
    /// <param name="settings">Settings below <c>Streaming</c>.</param>
    public static async Task<LimitedNode> StartAsync(string limits, params string[] settings)
    {
        var dataPath = Directory.CreateTempSubdirectory("streaming-node-").FullName;
        string[] all =
        [
            "Http:Port=0", "Http:Address=127.0.0.1", "Rtmp:Port=0", "Rtmp:Address=127.0.0.1",
            $"Data:Path={dataPath}", $"Admin:Token={Node.AdminToken}", "Segments:Target=00:00:01", "Segments:Window=00:00:06",
            .. settings,
        ];
        var program = Path.Combine(AppContext.BaseDirectory, "Streaming.Gateway.dll");
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(
                "bash", ["-c", limits + "; exec dotnet \"$@\"", "bash", program, .. all.Select(setting => $"--Streaming:{setting}")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = dataPath,
            },
        };
        var node = new LimitedNode(process, dataPath);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Task.WhenAll(node._httpPort.Task, node._rtmpPort.Task).WaitAsync(Eventually.Patience * 2);
        return node;
    }

    /// <summary>Makes a channel; returns where to publish to it.</summary>
    public async Task<string> CreateChannelAsync(string slug)
    {
        using var admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}") };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Node.AdminToken);
        using var response = await admin.PutAsync($"/api/channels/{slug}", null);
        response.EnsureSuccessStatusCode();
        var access = await response.Content.ReadFromJsonAsync<ChannelAccess>();
        return $"rtmp://127.0.0.1:{RtmpPort}/live/{access!.StreamKey}";
    }

    /// <summary>Stops as it does when it is told to; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!HasEnded)
        {
            await Publisher.SignalAsync("TERM", _process.Id);
        }

        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_dataPath, recursive: true);
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.AppendLine(line);
        }

        if (HttpAddress().Match(line) is { Success: true } http)
        {
            _httpPort.TrySetResult(int.Parse(http.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        else if (RtmpAddress().Match(line) is { Success: true } rtmp)
        {
            _rtmpPort.TrySetResult(int.Parse(rtmp.Groups[1].Value, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("Now listening on: http://127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex HttpAddress();

    [GeneratedRegex("RTMP listens on 127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex RtmpAddress();
}
