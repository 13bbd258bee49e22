using System.ComponentModel;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Ffmpeg;

namespace Streaming.Pipeline.Transcoding;

/// <summary>How a session ended.</summary>
public enum TranscodeEnd
{
    /// <summary>Everything that was fed came out.</summary>
    Completed,

    /// <summary>It was given up by its owner.</summary>
    Cancelled,

    /// <summary>The program is not there, does not start or is not able to, or there is no room for what it needs.</summary>
    Unavailable,

    /// <summary>The program ended by itself.</summary>
    Crashed,

    /// <summary>Nothing came out any more.</summary>
    Stalled,

    /// <summary>What came out could not be used, or the server itself failed at it.</summary>
    Failed,

    /// <summary>The node that worked on it is gone, or gave nothing for too long; another may do it.</summary>
    Lost,
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
    RunFeed feed,
    LadderOptions options,
    TimeSpan partTarget,
    Func<RungMedia, CancellationToken, ValueTask> output,
    TimeProvider time,
    ILogger logger)
{
    private readonly RungOutput[] _rungs =
        [.. run.Rungs.Select((rung, index) => new RungOutput(run, rung, feed.PlacesFor(index), partTarget, output))];

    private volatile bool _isFed;

    /// <summary>What it has made. Safe from anywhere; costs no more than a look at each rung.</summary>
    public RunProgress Progress => new(NewestPresentationTime, _rungs.Sum(static rung => rung.Pictures));

    private long NewestPresentationTime => _rungs.Min(static rung => rung.NewestPresentationTime);

    /// <summary>
    /// Runs until the feed is complete and everything came out, or something fails. Does not throw: whatever fails in a run ends
    /// it, and the result says so.
    /// </summary>
    public async Task<TranscodeResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RunInFolderAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailed(run.Epoch, e);
            return new(TranscodeEnd.Failed, $"The server failed at a run of the transcoder: {e.Message}");
        }
        finally
        {
            foreach (var rung in _rungs)
            {
                rung.Dispose();
            }

            await feed.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task<TranscodeResult> RunInFolderAsync(CancellationToken cancellationToken)
    {
        RunFolder? folder = null;
        try
        {
            FfmpegProcess process;
            try
            {
                folder = RunFolder.Create();
                process = await StartAsync(folder).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or Win32Exception)
            {
                return Unavailable(e.Message);
            }

            return await WorkAsync(process, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder?.Dispose();
        }
    }

    private async Task<FfmpegProcess> StartAsync(RunFolder folder)
    {
        foreach (var rung in _rungs)
        {
            rung.Listen(folder.EndPointOf(rung.Rung));
        }

        var process = await FfmpegProcess
            .StartAsync(options.Ffmpeg, TranscodeArguments.For(run, options, folder.SocketOf)).ConfigureAwait(false);
        LogStarted(run.Epoch, process.Id, string.Join(' ', run.Rungs.Select(rung => rung.Name)));
        return process;
    }

    private async Task<TranscodeResult> WorkAsync(FfmpegProcess process, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var broken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var feeding = process.FeedAsync(FeedAsync, ending.Token);
        var draining = Task.WhenAll(_rungs.Select(rung => DrainAsync(rung, broken, ending.Token)));
        var chatting = process.DiscardOutputAsync(ending.Token);
        var stalling = StallAsync(ending.Token);
        try
        {
            await Task.WhenAny(broken.Task, process.Exited, stalling).ConfigureAwait(false);
            var exit = process.Exited.IsCompleted ? await process.ExitAsync(CancellationToken.None).ConfigureAwait(false) : null;
            if (exit is { Code: 0 } && _isFed)
            {
                // The process is gone, so every socket comes to its end; but for one that it never opened.
                await draining.WaitAsync(options.StallTimeout, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (draining.IsCompletedSuccessfully)
                {
                    return new(TranscodeEnd.Completed, null);
                }
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return new(TranscodeEnd.Cancelled, null);
            }

            if (broken.Task.IsCompleted)
            {
                return new(TranscodeEnd.Failed, await broken.Task.ConfigureAwait(false));
            }

            return exit is not null
                ? await CrashedAsync(exit, cancellationToken).ConfigureAwait(false)
                : new(TranscodeEnd.Stalled, $"The transcoder gave nothing for {options.StallTimeout.TotalSeconds:0.#} s.");
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
            await Task.WhenAll(feeding, draining, chatting, stalling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            LogEnded(run.Epoch);
        }
    }

    /// <summary>Where nothing came out, the program may be one that cannot do what it is told: then that is said, not what it made of it.</summary>
    private async Task<TranscodeResult> CrashedAsync(FfmpegExit exit, CancellationToken cancellationToken)
    {
        if (exit.WasNotFound)
        {
            return Unavailable(exit.LastWords);
        }

        if (Progress.Pictures == 0
            && await FfmpegProbe.RunAsync(options.Ffmpeg, time, cancellationToken).ConfigureAwait(false) is { Build: not null, Problem: { } problem })
        {
            return new(TranscodeEnd.Unavailable, problem);
        }

        return new(TranscodeEnd.Crashed, $"The transcoder ended with code {exit.Code}: {exit.LastWords}");
    }

    private TranscodeResult Unavailable(string reason) =>
        new(TranscodeEnd.Unavailable, $"The transcoder '{options.Ffmpeg}' cannot be started: {reason.TrimEnd('.')}.");

    /// <summary>Reads a rung to its end. What is wrong with it, or with the way on, ends the run.</summary>
    private async Task DrainAsync(RungOutput rung, TaskCompletionSource<string> broken, CancellationToken cancellationToken)
    {
        try
        {
            await rung.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogBroken(run.Epoch, rung.Rung.Name, e);
            broken.TrySetResult($"What the transcoder gave for {rung.Rung.Name} cannot be used: {e.Message}");
            throw;
        }
    }

    /// <summary>Writes the feed to ffmpeg, to its end.</summary>
    private async Task FeedAsync(Stream input, CancellationToken cancellationToken)
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
                _isFed = true;
                return;
            }
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

    [LoggerMessage(300, LogLevel.Information, "Transcode run {Epoch} started as process {ProcessId}: {Rungs}")]
    private partial void LogStarted(int epoch, int processId, string rungs);

    [LoggerMessage(301, LogLevel.Information, "Transcode run {Epoch} ended")]
    private partial void LogEnded(int epoch);

    [LoggerMessage(302, LogLevel.Error, "Transcode run {Epoch} failed")]
    private partial void LogFailed(int epoch, Exception exception);

    [LoggerMessage(303, LogLevel.Warning, "Transcode run {Epoch}: what came for {Rung} cannot be used")]
    private partial void LogBroken(int epoch, string rung, Exception exception);
}
