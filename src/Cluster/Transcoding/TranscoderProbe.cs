using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Ffmpeg;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>
/// Asks the node's ffmpeg what it is, once, some seconds after the node has started: one that no rung can be made with is told before
/// the first broadcast. It keeps nobody from trying: a run that fails for that reason says so itself.
/// </summary>
public sealed partial class TranscoderProbe(
    LadderOptions options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<TranscoderProbe> logger) : BackgroundService
{
    // First comes what makes the node ready: code is still compiled, and two processes would take a core for a quarter of a second.
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(3);

    private volatile FfmpegProbe? _answer;

    /// <summary>What it is; null as long as that is not known, and where nothing is transcoded.</summary>
    public FfmpegProbe? Answer => _answer;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (lifetime.ApplicationStarted.Register(started.SetResult))
        {
            await started.Task.WaitAsync(stoppingToken).ConfigureAwait(false);
        }

        await Task.Delay(Delay, time, stoppingToken).ConfigureAwait(false);
        var answer = await FfmpegProbe.RunAsync(options.Ffmpeg, time, stoppingToken).ConfigureAwait(false);
        stoppingToken.ThrowIfCancellationRequested();
        _answer = answer;
        Tell(answer);
    }

    private void Tell(FfmpegProbe answer)
    {
        if (answer.Problem is { } problem)
        {
            LogProblem(problem);
        }
        else
        {
            var hardware = string.Join(", ", answer.Build!.HardwareEncoders);
            LogBuild(answer.Build.Version, FfmpegBuild.Encoder, hardware.Length > 0 ? hardware : "none");
        }
    }

    [LoggerMessage(330, LogLevel.Information,
        "The transcoder is ffmpeg {Version} with {Encoder}; encoders of H.264 for hardware that it has, and that are not used: {Hardware}")]
    private partial void LogBuild(string version, string encoder, string hardware);

    [LoggerMessage(331, LogLevel.Warning, "{Problem} Until then viewers get what broadcasters send, and no other quality")]
    private partial void LogProblem(string problem);
}
