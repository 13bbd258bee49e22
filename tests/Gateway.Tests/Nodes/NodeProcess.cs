using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Streaming.Gateway.Api;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>The program itself, with its exit code and all that it writes: for what the node in this process does not show.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("streaming-process-");

    private NodeProcess(IEnumerable<(string Setting, string Value)> settings, Action<string>? prepare, string? limits = null)
    {
        prepare?.Invoke(_data.FullName);
        var program = Path.Combine(AppContext.BaseDirectory, "Streaming.Gateway.dll");
        var start = new ProcessStartInfo("bash", ["-c", $"{limits ?? ":"}; exec dotnet \"$0\"", program])
        {
            // Not where a configuration of somebody else's lies.
            WorkingDirectory = _data.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (string, string)[] own =
        [
            ("Http:Port", "0"), ("Http:Address", "127.0.0.1"), ("Rtmp:Port", "0"), ("Rtmp:Address", "127.0.0.1"),
            ("Data:Path", _data.FullName), ("Ladder:Enabled", "false"),
        ];
        foreach (var (setting, value) in own.Concat(settings))
        {
            var name = setting.Replace(":", "__", StringComparison.Ordinal);
            start.Environment[name == setting && name.All(IsOfEnvironment) ? name : "Streaming__" + name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All lines that it has written.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    public string DataPath => _data.FullName;

    public int Id => _process.Id;

    /// <param name="prepare">Gets the data folder before the start.</param>
    /// <param name="settings">Settings below <c>Streaming</c>; variables of the environment are in capitals.</param>
    public static NodeProcess Start(Action<string>? prepare, params (string Setting, string Value)[] settings) => new(settings, prepare);

    /// <param name="limits">What a shell says before it becomes the node, such as <c>ulimit -n 300</c>.</param>
    public static NodeProcess StartWithin(string limits) => new([], null, limits);

    /// <summary>Waits until it ends by itself.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return _process.ExitCode;
    }

    /// <summary>Ends it as a service manager does, with all that it has to say.</summary>
    public async Task<int> StopAsync()
    {
        await Publisher.SignalAsync("TERM", _process.Id);
        return await ExitAsync();
    }

    /// <summary>Waits until it serves.</summary>
    public async Task<Uri> AddressAsync() => new((await LineAsync(HttpLine())).Groups[1].Value);

    /// <summary>Waits until broadcasters can come.</summary>
    public async Task<int> RtmpPortAsync() => int.Parse((await LineAsync(RtmpLine())).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>An RTMP publisher that has connected but said nothing yet.</summary>
    public async Task<ScriptedPublisher> ConnectRtmpAsync()
    {
        var port = await RtmpPortAsync();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, port);
        var stream = new NetworkStream(socket, ownsSocket: true);
        return new ScriptedPublisher(new DuplexPipe(PipeReader.Create(stream), PipeWriter.Create(stream)));
    }

    /// <summary>Makes a channel with the token that is kept, and returns its stream key and that token.</summary>
    public async Task<(string StreamKey, string Token)> CreateChannelAsync(string slug)
    {
        var address = await AddressAsync();
        var token = (await File.ReadAllTextAsync(Path.Combine(DataPath, "admin-token"))).TrimEnd('\n');
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.PutAsync($"/api/channels/{slug}", null);
        return ((await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ChannelAccess>())!.StreamKey!, token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private static bool IsOfEnvironment(char character) => char.IsAsciiLetterUpper(character) || character == '_';

    private void Add(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }

    private async Task<Match> LineAsync(Regex wanted) => await Eventually.GetAsync(
        $"a line like {wanted}", () => _output.Select(line => wanted.Match(line)).FirstOrDefault(match => match.Success));

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex HttpLine();

    [GeneratedRegex(@"RTMP listens on 127\.0\.0\.1:(\d+)")]
    private static partial Regex RtmpLine();
}
