using Akka.Actor;
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
/// Has the runs of this node's broadcasts worked on by <see cref="TranscodeRunEntity"/>, each in the smallest free slot.
/// </summary>
/// <param name="actors">Where the requests live.</param>
/// <param name="region">Where commands to slots go.</param>
/// <param name="worker">The node that has the slots.</param>
/// <param name="slots">Its slots.</param>
/// <param name="waiting">Where the slots find the runs.</param>
/// <param name="deadlines">When a slot is given up.</param>
/// <param name="time">The clock.</param>
/// <param name="instruments">Are told of runs that no slot begins; null for nobody.</param>
public sealed class RegionRuns(
    Func<IActorRefFactory> actors,
    Func<IActorRef> region,
    Func<string> worker,
    RunSlots slots,
    WaitingRuns waiting,
    RunDeadlines deadlines,
    TimeProvider time,
    SlotInstruments? instruments = null) : ITranscodeRuns
{
    public async Task<TranscodeResult> RunAsync(
        RunId run, Func<CancellationToken, Task<TranscodeResult>> work, CancellationToken stopping)
    {
        if (slots.Take() is not { } number)
        {
            instruments?.NoneFree();
            return new(TranscodeEnd.Unavailable, $"All {slots.Count} places for runs of the transcoder are taken.");
        }

        try
        {
            waiting.Add(run, work);
            return await AskAsync(run, number, stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new(TranscodeEnd.Unavailable, $"The worker of the transcoder cannot be asked: {e.Message}");
        }
        finally
        {
            waiting.TryTake(run, out _);
            slots.Give(number);
        }
    }

    private async Task<TranscodeResult> AskAsync(RunId run, int number, CancellationToken stopping)
    {
        var result = new TaskCompletionSource<TranscodeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var slot = new RunSlot(worker(), number);
        var start = new StartRun(slot, run, time.GetUtcNow() + deadlines.Start);
        var to = region();
        var request = actors().ActorOf(Props.Create(() => new RunRequest(to, start, deadlines, result, instruments)));
        await using var registration = stopping.Register(() =>
        {
            // What no slot has taken ends here.
            if (waiting.TryTake(run, out _))
            {
                result.TrySetResult(new(TranscodeEnd.Cancelled, null));
            }

            request.Tell(new StopRun(slot, run));
        }).ConfigureAwait(false);
        return await result.Task.ConfigureAwait(false);
    }
}
