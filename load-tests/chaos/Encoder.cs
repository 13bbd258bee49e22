using System.Diagnostics;

namespace Streaming.Chaos;

/// <summary>
/// A broadcaster: ffmpeg, which sends a file again and again in real time. As encoders do, it connects again when it is cut off, to the next node
/// that takes connections.
/// </summary>
internal sealed class Encoder : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly Nodes _nodes;
    private readonly string _media;
    private readonly string _key;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _next;
    private volatile int _ffmpeg; // 0 while there is none.

    public Encoder(Nodes nodes, string media, string key, int first)
    {
        (_nodes, _media, _key, _next) = (nodes, media, key, first);
        _running = Task.Run(RunAsync);
    }

    /// <summary>When it began to connect the last time; <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long ConnectedAt { get; private set; }

    /// <summary>Times that it was cut off.</summary>
    public int Reconnects { get; private set; }

    /// <summary>Ends the broadcast as broadcasters do: it says that it is done.</summary>
    public async Task StopAsync()
    {
        const int interrupt = 2;
        await EndAsync(interrupt);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(Shell.Kill);
        _stopping.Dispose();
    }

    private async Task EndAsync(int signal)
    {
        await _stopping.CancelAsync();
        if (_ffmpeg is > 0 and var process)
        {
            Shell.Signal(process, signal);
        }

        await _running;
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var node = _nodes.Ingest[_next++ % _nodes.Ingest.Count];
            if (!node.IsRunning)
            {
                await Task.Delay(Pause / 10);
                continue;
            }

            ConnectedAt = Stopwatch.GetTimestamp();
            using var ffmpeg = Process.Start(new ProcessStartInfo(
                "ffmpeg",
                ["-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", _media, "-c", "copy", "-flvflags", "no_duration_filesize",
                    "-rw_timeout", "5000000", "-f", "flv", $"rtmp://{node.Host}:{Node.RtmpPort}/live/{_key}"])
            {
                RedirectStandardError = true,
            })!;
            ffmpeg.ErrorDataReceived += static (_, _) => { };
            ffmpeg.BeginErrorReadLine();
            _ffmpeg = ffmpeg.Id;
            if (_stopping.IsCancellationRequested)
            {
                ffmpeg.Kill();
            }

            await ffmpeg.WaitForExitAsync();
            _ffmpeg = 0;
            if (!_stopping.IsCancellationRequested)
            {
                Reconnects++;
                await Task.Delay(Pause);
            }
        }
    }
}
