using System.Diagnostics;
using System.Globalization;

namespace Streaming.Chaos;

/// <summary>A node of the cluster on a host of its own: its process, which ends and begins again.</summary>
internal sealed class Node : IAsyncDisposable
{
    public const int HttpPort = 8080;
    public const int RtmpPort = 1935;
    private const int ClusterPort = 4053;
    private const int MediaPort = 4054;

    // A node that was told to end has that long; more than it takes itself.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(90);

    private readonly ProcessStartInfo _start;
    private readonly StreamWriter _log;
    private Process? _process;
    private volatile bool _isReady;

    public Node(int number, bool isWorker, PrivateNetwork network, ClusterSettings settings)
    {
        (Number, IsWorker) = (number, isWorker);
        var folder = Directory.CreateDirectory(Path.Combine(settings.Folder, Name)).FullName;
        _log = new StreamWriter(Path.Combine(settings.Folder, Name + ".log")) { AutoFlush = true };
        _start = new ProcessStartInfo("ip", [.. network.On(number), "dotnet", settings.Server])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (setting, value) in (IEnumerable<(string, string)>)
            [
                .. settings.ForAll, ("Http__Address", Host), ("Http__Port", Text(HttpPort)), ("Rtmp__Address", Host), ("Rtmp__Port", Text(RtmpPort)),
                ("Cluster__Host", Host), ("Cluster__Port", Text(ClusterPort)), ("Cluster__MediaPort", Text(MediaPort)), ("Data__Path", folder),
                .. isWorker ? [("Roles", "transcode")] : Array.Empty<(string, string)>(),
            ])
        {
            _start.Environment["Streaming__" + setting] = value;
        }

        _start.Environment["STORAGE_EMULATOR_HOST"] = settings.Bucket.ToString();
    }

    public int Number { get; }

    /// <summary>It transcodes, and nothing else.</summary>
    public bool IsWorker { get; }

    public string Name => string.Create(CultureInfo.InvariantCulture, $"node-{Number}");

    public string Host => PrivateNetwork.AddressOf(Number);

    /// <summary>What the cluster calls it.</summary>
    public string Address => AddressOf(Number);

    public Uri Http => new($"http://{Host}:{HttpPort}");

    /// <summary>It runs, and nobody has frozen it.</summary>
    public bool IsRunning => _process is { HasExited: false } && !IsFrozen;

    public bool IsFrozen { get; private set; }

    /// <summary>It said so when it was asked last: a balancer sends viewers there.</summary>
    public bool IsReady => IsRunning && _isReady;

    /// <summary>When the process began that runs now.</summary>
    public long StartedAt { get; private set; }

    /// <summary>ffmpeg processes that it drives.</summary>
    public IEnumerable<int> Transcoders =>
        IsRunning ? Shell.ChildrenOf(_process!.Id).Where(static child => child.Name == "ffmpeg").Select(static child => child.Id) : [];

    public static string AddressOf(int node) => $"{PrivateNetwork.AddressOf(node)}:{ClusterPort}";

    public void Start()
    {
        _isReady = false;
        StartedAt = Stopwatch.GetTimestamp();
        _process?.Dispose();
        _process = Process.Start(_start)!;
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Asks whether it is ready, as a balancer does.</summary>
    public async Task LookAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Http, "/health/ready"));
            _isReady = response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            _isReady = false;
        }
    }

    public async Task KillAsync()
    {
        Shell.Signal(_process!.Id, Shell.Kill);
        await _process.WaitForExitAsync();
        IsFrozen = false;
    }

    /// <summary>Has it end as a service manager does.</summary>
    public async Task StopAsync()
    {
        Shell.Signal(_process!.Id, Shell.Terminate);
        await _process.WaitForExitAsync().WaitAsync(StopTimeout);
    }

    public void Freeze()
    {
        IsFrozen = true;
        Shell.Signal(_process!.Id, Shell.Stop);
    }

    public void Wake()
    {
        Shell.Signal(_process!.Id, Shell.Continue);
        IsFrozen = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        await _log.DisposeAsync();
    }

    private void Log(string? line)
    {
        if (line is not null)
        {
            lock (_log)
            {
                _log.WriteLine(line);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What all nodes are made with.</summary>
/// <param name="Server">The program.</param>
/// <param name="Folder">Where they have their data and logs.</param>
/// <param name="Bucket">Where the bucket is.</param>
/// <param name="ForAll">Settings, as variables of the environment without <c>Streaming__</c>.</param>
internal sealed record ClusterSettings(string Server, string Folder, Uri Bucket, IReadOnlyList<(string Name, string Value)> ForAll);
