using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>A run of a ladder, and what it is fed.</summary>
/// <param name="Run">What it makes.</param>
/// <param name="Feed">What it is fed.</param>
/// <param name="UnderWay">What is known of it.</param>
/// <param name="Cancellation">Ends it.</param>
/// <param name="Deadline">Tells when it gives nothing for too long.</param>
internal sealed record FedRun(
    TranscodeRun Run, TranscodeFeed Feed, RunUnderWay UnderWay, CancellationTokenSource Cancellation, RunDeadline Deadline)
{
    private bool _hasLeft;

    /// <summary>First segments that its rungs are wanted for, where that is not with its first.</summary>
    public required ImmutableDictionary<string, long> Firsts { get; init; }

    /// <summary>What it has made, as far as that is known here.</summary>
    public RunProgress Progress => UnderWay.Progress();

    /// <summary>Media sequence number of the first segment that it is responsible for.</summary>
    public required long FirstSequence { get; set; }

    /// <summary>Pictures that have to pass until what comes out is right; null of a run that began with an IDR picture.</summary>
    public int? RecoveringFrames { get; set; }

    public bool IsRecovered => RecoveringFrames is not > 0;

    public bool TryWrite(in Sample sample, long duration, int reorderDelayMs, bool isFirstOnGrid)
    {
        RecoveringFrames--;
        return Feed.TryWrite(
            sample, duration, reorderDelayMs, isKeyFrame: isFirstOnGrid && IsRecovered && Run.KeyFrameGrid is null);
    }

    /// <summary>It gives nothing for too long.</summary>
    public bool IsOverdue(TimeProvider time) => !_hasLeft
        && Deadline.IsOver(Feed.NewestPresentationTime, time.GetElapsedTime(0));

    /// <summary>Gives it up where another worker may do better; else it is waited for.</summary>
    public void Leave()
    {
        _hasLeft = UnderWay.TryLeave();
        Deadline.Extend();
    }

    public void Abandon()
    {
        Feed.Abort();
        try
        {
            Cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run has ended meanwhile.
        }
    }
}
