using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Graphs;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>
/// The branch of a broadcast in which its rungs are made: what the source gives it is copied and queued, never waited for, and what comes
/// back goes into the graph by <see cref="Made"/>. Its border: each way into it ends in a catch of everything. A fault gives up its
/// runs, which are tried again later.
/// </summary>
internal sealed class RungBranch : IDisposable
{
    private readonly BranchFaults _faults;
    private readonly TranscoderInstruments? _instruments;
    private readonly Ladder _ladder;

    public RungBranch(
        LadderOptions options,
        SegmentationOptions segments,
        TimeProvider time,
        ILogger logger,
        BranchFaults faults,
        TranscoderInstruments? instruments,
        ITranscodeRuns? runs,
        string broadcast,
        int runsBefore = 0)
    {
        (_faults, _instruments) = (faults, instruments);
        _ladder = new Ladder(options, segments, GiveAsync, OnEnded, time, logger, instruments, runs, broadcast, runsBefore);
    }

    /// <summary>What the runs give, and how they end.</summary>
    public Ingress<RungEvent> Made { get; } = new(
        static _ => false,
        static made => (made as RungEvent.MediaCame)?.Take()); // The broadcast is over, and no run waits for it.

    /// <summary>The part target of rungs: that of the source, whose pictures they have.</summary>
    public TimeSpan PartTarget
    {
        get => _ladder.PartTarget;
        set => _ladder.PartTarget = value;
    }

    /// <summary>Names of the rungs on offer.</summary>
    public IEnumerable<string> Offered => _ladder.Rungs.Select(static rung => rung.Name);

    /// <summary>A segment has begun: before that it is not known which rungs there will be.</summary>
    public bool HasBegun => _ladder.HasBegun;

    /// <summary>Rungs are made, and there is no reason yet to doubt that they come.</summary>
    public bool IsPromising => _ladder.IsPromising;

    /// <summary>Nothing is with the transcoder any more.</summary>
    public bool IsDrained => _ladder.IsDrained;

    /// <summary>Bytes that the transcoder has not taken. Safe from anywhere.</summary>
    public long BacklogBytes => _ladder.BacklogBytes;

    public Quality Quality => _ladder.Quality;

    public TranscoderStatus Status => _ladder.Status;

    /// <summary>A segment begins in the source; its first picture follows.</summary>
    public void BeginSegment(SegmentBoundary boundary, VideoConfiguration video, bool isOnGrid)
    {
        try
        {
            _ladder.BeginSegment(boundary, video, isOnGrid);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>A picture of the source.</summary>
    public void Video(in Sample sample, long duration, int reorderDelayMs, VideoConfiguration video, bool isOnGrid)
    {
        try
        {
            _ladder.Video(sample, duration, reorderDelayMs, video, isOnGrid);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>The source pauses; what was fed is finished.</summary>
    public void EndSegment(long decodeTime)
    {
        try
        {
            _ladder.EndSegment(decodeTime);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>About once a second.</summary>
    public void Look()
    {
        try
        {
            _ladder.Tick();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>A run has ended, as the graph has been told.</summary>
    public void End(RungEvent.RunEnded ended)
    {
        try
        {
            _ladder.OnEnded(ended.Epoch, ended.Result);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>Whether media of that run for that segment of a rung is still wanted.</summary>
    public bool Wants(int epoch, string rung, long mediaSequence) => _ladder.Wants(epoch, rung, mediaSequence);

    /// <summary>Media of a run was put on the timeline.</summary>
    public void Put(int epoch, string rung, PackagedMedia media) => _ladder.Put(epoch, rung, media);

    /// <summary>Whether a run before that one has still to give its last segments: what comes after them has to wait.</summary>
    public bool IsFinishingBefore(int epoch) => _ladder.IsFinishingBefore(epoch);

    /// <summary>What the runs gave could not be used: all are given up, and it is tried again.</summary>
    public void Fail(Exception exception)
    {
        _faults.Add("rungs", exception);
        _ladder.Fail("The server failed at the other qualities; it tries them again in a moment.");
    }

    /// <summary>Ends every run and waits for them.</summary>
    public Task StopAsync() => _ladder.StopAsync();

    public void Dispose() => _ladder.Dispose();

    private ValueTask GiveAsync(RungMedia media, CancellationToken cancellationToken)
    {
        var came = new RungEvent.MediaCame(media);
        Made.Send(came);
        return came.Taken.IsCompleted ? default : new(came.Taken.WaitAsync(cancellationToken));
    }

    private void OnEnded(int epoch, TranscodeResult result)
    {
        _instruments?.Ended(result.End);
        Made.Send(new RungEvent.RunEnded(epoch, result));
    }
}
