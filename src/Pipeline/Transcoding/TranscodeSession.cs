using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Streaming.Pipeline.Transcoding;

/// <summary>How a session ended.</summary>
public enum TranscodeEnd
{
    /// <summary>Everything that was fed came out.</summary>
    Completed,

    /// <summary>It was given up by its owner.</summary>
    Cancelled,

    /// <summary>The program is not there or does not start.</summary>
    Unavailable,

    /// <summary>The program ended by itself.</summary>
    Crashed,

    /// <summary>Nothing came out any more.</summary>
    Stalled,
}

/// <summary>The end of a session, with a sentence for people.</summary>
public sealed record TranscodeResult(TranscodeEnd End, string? Message);

/// <summary>
/// One ffmpeg process that works on one run: reads its feed, and gives each rung's output through the same demuxer and
/// packager as the source. Media goes to <c>output</c>; while that makes it wait, ffmpeg waits too, and the
/// feed's backlog tells the run's owner.
/// </summary>
public sealed partial class TranscodeSession(
    TranscodeRun run,
    TranscodeFeed feed,
    LadderOptions options,
    TimeSpan partTarget,
    Func<RungMedia, CancellationToken, ValueTask> output,
    TimeProvider time,
    ILogger logger)
{
    private readonly RungOutput[] _rungs =
        [.. run.Rungs.Select((rung, index) => new RungOutput(run.Epoch, rung, feed.PlacesFor(index), partTarget, output))];

    /// <summary>The run it works on.</summary>
    public TranscodeRun Run => run;

    /// <summary>Presentation time of the newest picture that came out of every rung, in 90 kHz ticks.</summary>
    public long NewestPresentationTime => _rungs.Min(rung => rung.NewestPresentationTime);

    /// <summary>How far the slowest rung is behind what was fed, in media time.</summary>
    public TimeSpan Lag
    {
        get
        {
            var fed = feed.NewestPresentationTime;
            var made = NewestPresentationTime;
            return fed == long.MinValue || made == long.MinValue
                ? TimeSpan.Zero
                : TimeSpan.FromMilliseconds(Math.Max(0, (fed - made) / (double)Media.MediaClock.TicksPerMs));
        }
    }

    /// <summary>Something has come out of every rung.</summary>
    public bool HasOutput => _rungs.All(rung => rung.NewestPresentationTime != long.MinValue);

    /// <summary>Runs until the feed is complete and everything came out, or something fails. Does not throw.</summary>
    public async Task<TranscodeResult> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("transcode-");
        try
        {
            return await RunInAsync(folder.FullName, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
            await feed.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task<TranscodeResult> RunInAsync(string folder, CancellationToken cancellationToken)
    {
        string SocketOf(LadderRung rung) => Path.Combine(folder, rung.Name + ".sock");
        foreach (var rung in _rungs)
        {
            rung.Listen(SocketOf(rung.Rung));
        }

        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(options.Ffmpeg, FfmpegArguments.For(run, options, SocketOf))
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            DisposeRungs();
            return new(TranscodeEnd.Unavailable, $"The transcoder '{options.Ffmpeg}' cannot be started: {e.Message}.");
        }

        LogStarted(run.Epoch, process.Id, string.Join(' ', run.Rungs.Select(rung => rung.Name)));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var errors = new LastLines(process.StandardError);
        var reading = errors.ReadAsync(ending.Token);
        var feeding = FeedAsync(process.StandardInput.BaseStream, ending.Token);
        var draining = Task.WhenAll(_rungs.Select(rung => rung.DrainAsync(ending.Token)));
        var stalling = StallAsync(ending.Token);
        var exiting = process.WaitForExitAsync(CancellationToken.None);
        try
        {
            var first = await Task.WhenAny(exiting, stalling).ConfigureAwait(false);
            if (first == stalling)
            {
                return cancellationToken.IsCancellationRequested
                    ? new(TranscodeEnd.Cancelled, null)
                    : new(TranscodeEnd.Stalled, $"The transcoder gave nothing for {options.StallTimeout.TotalSeconds:0.#} s.");
            }

            var completed = process.ExitCode == 0 && feeding.IsCompletedSuccessfully && await feeding.ConfigureAwait(false);
            if (completed)
            {
                // The process is gone, so every socket comes to its end.
                await draining.ConfigureAwait(false);
                return new(TranscodeEnd.Completed, null);
            }

            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new(TranscodeEnd.Crashed, $"The transcoder ended with code {process.ExitCode}: {errors.Text}");
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            await exiting.ConfigureAwait(false);
            await Task.WhenAll(feeding, reading, draining, stalling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            DisposeRungs();
            LogEnded(run.Epoch, process.ExitCode);
        }
    }

    /// <summary>Writes the feed to ffmpeg; true when it was written to its end.</summary>
    private async Task<bool> FeedAsync(Stream input, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await feed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var memory in read.Buffer)
                {
                    await input.WriteAsync(memory, cancellationToken).ConfigureAwait(false);
                }

                feed.Took(read.Buffer.Length);
                feed.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return true;
                }
            }
        }
        catch (IOException)
        {
            return false; // ffmpeg closed its input; its exit code and words say why.
        }
        finally
        {
            await input.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends when nothing came out for the stall time although something was fed, or with the session.</summary>
    private async Task StallAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.StallTimeout, time);
        var made = long.MinValue;
        var fed = long.MinValue;
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            var (nowFed, nowMade) = (feed.NewestPresentationTime, NewestPresentationTime);

            // What was fed before the interval began has had all of it to come out.
            if (fed != long.MinValue && fed > made && nowMade == made)
            {
                return;
            }

            (fed, made) = (nowFed, nowMade);
        }
    }

    private void DisposeRungs()
    {
        foreach (var rung in _rungs)
        {
            rung.Dispose();
        }
    }

    [LoggerMessage(300, LogLevel.Information, "Transcode run {Epoch} started as process {ProcessId}: {Rungs}")]
    private partial void LogStarted(int epoch, int processId, string rungs);

    [LoggerMessage(301, LogLevel.Information, "Transcode run {Epoch} ended with exit code {ExitCode}")]
    private partial void LogEnded(int epoch, int exitCode);
}
