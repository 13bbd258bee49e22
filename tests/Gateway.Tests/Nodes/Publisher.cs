using System.Diagnostics;
using System.Globalization;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>ffmpeg as a broadcaster: pushes a file again and again in real time until it is stopped, or cut off.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Publisher(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static Publisher Start(string file, string url) => new(Process.Start(new ProcessStartInfo(
        "ffmpeg",
        ["-nostdin", "-loglevel", "warning", "-re", "-stream_loop", "-1", "-i", file, "-c", "copy",
            "-flvflags", "no_duration_filesize", "-f", "flv", url])
    {
        RedirectStandardError = true,
    })!);

    /// <summary>It has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Ends the broadcast as an encoder does: it says that it is done.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("INT", _process.Id);
        await ExitAsync();
    }

    /// <summary>Pulls the plug: no word to the server but the connection's end.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return ExitAsync();
    }

    /// <summary>Stands still, connected, until <see cref="ResumeAsync"/>.</summary>
    public Task SuspendAsync() => SignalAsync("STOP", _process.Id);

    public Task ResumeAsync() => SignalAsync("CONT", _process.Id);

    /// <summary>Waits until it ends by itself, and returns what it said.</summary>
    public async Task<string> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience * Eventually.Slowness);
        return await _errors;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Sends a signal to one process.</summary>
    public static async Task SignalAsync(string signal, int processId)
    {
        using var kill = Process.Start("kill", ["-" + signal, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
