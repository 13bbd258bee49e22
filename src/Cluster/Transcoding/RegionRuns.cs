using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Transcoding;

/// <summary>How long the origin of a run waits for its slot.</summary>
/// <param name="Start">Until it has begun, a second at least: the first run of a slot waits for its shard to be placed.</param>
/// <param name="Stop">Until it has ended after it was to, a second at least.</param>
public sealed record RunDeadlines(TimeSpan Start, TimeSpan Stop)
{
    /// <summary>5 s and 10 s.</summary>
    public static RunDeadlines Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
}

/// <summary>
/// Has the runs of this node's broadcasts worked on by <see cref="TranscodeRunEntity"/>, each in the smallest free slot. A ladder
/// hears of an end in time; a slot is free when what was in it has really ended, however long that takes.
/// </summary>
/// <param name="actors">Where the requests live.</param>
/// <param name="region">Where commands to slots go.</param>
/// <param name="worker">The node that has the slots.</param>
/// <param name="slots">Its slots.</param>
/// <param name="waiting">Where the slots find the runs.</param>
/// <param name="deadlines">When a slot is given up.</param>
/// <param name="ladder">What runs are made with.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Of the runs, and of those that do not end.</param>
/// <param name="instruments">Are told of runs that no slot begins, and of those that do not end; null for nobody.</param>
public sealed partial class RegionRuns(
    Func<IActorRefFactory> actors,
    Func<IActorRef> region,
    Func<string> worker,
    RunSlots slots,
    WaitingRuns waiting,
    RunDeadlines deadlines,
    LadderOptions ladder,
    TimeProvider time,
    ILogger logger,
    SlotInstruments? instruments = null) : ITranscodeRuns
{
    public RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping) => TryBegin(run, work, stopping, out var underWay)
        ? underWay
        : new(static () => RunProgress.None, Task.FromResult(NoneFree));

    /// <summary>Has a run worked on if a slot is free for it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">What is to be done. Begun once at most, never on the caller's thread.</param>
    /// <param name="stopping">Ends it.</param>
    /// <param name="underWay">The run.</param>
    public bool TryBegin(RunId run, RunWork work, CancellationToken stopping, [NotNullWhen(true)] out RunUnderWay? underWay)
    {
        var session = work.SessionWith(ladder, time, logger);
        if (slots.Take(run, () => session.Progress.LagBehind(work.Feed.NewestPresentationTime)) is not { } number)
        {
            instruments?.NoneFree();
            underWay = null;
            return false;
        }

        underWay = new(() => session.Progress, RunAsync(run, number, session.RunAsync, stopping));
        return true;
    }

    /// <summary>Has a run worked on. Does not throw: what fails is in the result.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">Works on it until it ends or is cancelled. Called once at most, never on the caller's thread.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task<TranscodeResult> RunAsync(
        RunId run, Func<CancellationToken, Task<TranscodeResult>> work, CancellationToken stopping)
    {
        if (slots.Take(run) is not { } number)
        {
            instruments?.NoneFree();
            return NoneFree;
        }

        return await RunAsync(run, number, work, stopping).ConfigureAwait(false);
    }

    private TranscodeResult NoneFree => new(TranscodeEnd.Unavailable, $"All {slots.Count} places for runs of the transcoder are taken.");

    private async Task<TranscodeResult> RunAsync(
        RunId run, int number, Func<CancellationToken, Task<TranscodeResult>> work, CancellationToken stopping)
    {
        var request = new RequestedRun(run, () => waiting.TryTake(run, out _));
        try
        {
            waiting.Add(run, work);
            return await AskAsync(request, number, stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            request.TryTakeBack();
            return new(TranscodeEnd.Unavailable, $"The worker of the transcoder cannot be asked: {e.Message}");
        }
        finally
        {
            _ = GiveBackAsync(request, number);
        }
    }

    private async Task<TranscodeResult> AskAsync(RequestedRun requested, int number, CancellationToken stopping)
    {
        var slot = new RunSlot(worker(), number);
        var start = new StartRun(slot, requested.Run, time.GetUtcNow() + deadlines.Start);
        var to = region();
        var request = actors().ActorOf(Props.Create(() => new RunRequest(to, start, deadlines, requested, instruments)));
        await using var registration = stopping.Register(() => request.Tell(new StopRun(slot, requested.Run))).ConfigureAwait(false);
        return await requested.Result.ConfigureAwait(false);
    }

    /// <summary>Gives a slot back: at once as a rule. Does not throw.</summary>
    private async Task GiveBackAsync(RequestedRun requested, int number)
    {
        if (!requested.Left.IsCompleted)
        {
            LogOverdue(requested.Run.Broadcast, requested.Run.Epoch, number);
            instruments?.Overdue(1);
            await requested.Left.ConfigureAwait(false);
            instruments?.Overdue(-1);
            LogLeft(requested.Run.Broadcast, requested.Run.Epoch, number);
        }

        slots.Give(number);
    }

    [LoggerMessage(332, LogLevel.Warning,
        "Run {Epoch} of the transcoder for broadcast {Broadcast} does not end; slot {Slot} is kept for it until it has")]
    private partial void LogOverdue(string broadcast, int epoch, int slot);

    [LoggerMessage(333, LogLevel.Information,
        "Run {Epoch} of the transcoder for broadcast {Broadcast}, which did not end in time, has ended; slot {Slot} is free")]
    private partial void LogLeft(string broadcast, int epoch, int slot);
}
