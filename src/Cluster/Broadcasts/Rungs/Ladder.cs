using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Governor;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>What the transcoder of a broadcast is doing.</summary>
public enum TranscoderState
{
    /// <summary>Nothing is to be transcoded.</summary>
    Off,

    /// <summary>A run was started and has given nothing yet.</summary>
    Starting,

    /// <summary>A run gives media.</summary>
    Running,

    /// <summary>A run has given nothing for some seconds, although it was fed.</summary>
    Stalled,

    /// <summary>A run failed; the next one starts at the source's next IDR picture.</summary>
    Restarting,

    /// <summary>The transcoder cannot be started.</summary>
    Unavailable,
}

/// <summary>State of a broadcast's transcoder, for people.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Message">A sentence for everybody; null where there is nothing to say.</param>
/// <param name="Cause">
/// What was wrong, in a sentence for the operator alone, since it may say where things are on the node; null where the message says all.
/// </param>
/// <param name="Restarts">Runs that failed.</param>
public sealed record TranscoderStatus(TranscoderState State, string? Message, string? Cause, int Restarts)
{
    /// <summary>For everybody, of a transcoder that does not start.</summary>
    public const string CannotBeUsed = "The transcoder cannot be used at the moment.";
}

/// <summary>
/// Keeps a transcode run going beside a broadcast: one long session, replaced at a segment boundary whenever the source,
/// the ladder or the key frame grid changes, and at the next IDR picture after it failed. Never makes the source wait.
/// Called within the broadcast's graph alone.
/// </summary>
internal sealed partial class Ladder(
    LadderOptions options,
    SegmentationOptions segments,
    Func<RungMedia, CancellationToken, ValueTask> media,
    Action<int, TranscodeResult> ended,
    TimeProvider time,
    ILogger logger,
    TranscoderInstruments? instruments = null,
    ITranscodeRuns? runs = null,
    string broadcast = "",
    int runsBefore = 0) : IDisposable
{
    // Looks, one a second, at which a run that is fed has given nothing more: it hangs, or the machine does.
    private const int SilentTicksMax = 3;

    private readonly ITranscodeRuns _runs = runs ?? new DirectRuns(options, time, logger);
    private readonly LadderGovernor _governor = new(segments.Target);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<int, Task> _running = [];
    private readonly Dictionary<int, CountedPictures> _counted = [];
    private readonly GridMarks _marks = new((long)(segments.Target.TotalSeconds * MediaClock.TicksPerSecond));
    private IReadOnlyList<LadderRung> _ladder = [];
    private FedRun? _active;
    private FedRun? _next;

    // The run that ended with its publisher: what it made is on offer until another publisher comes.
    private FedRun? _finished;
    private long _madeAtTick;
    private long _fedAtTick;
    private int _silentTicks;
    private int _underWay;
    private int _reorderDelayMs;
    private bool _isRefreshed;
    private int _started;
    private int _restarts;
    private bool _failed;
    private string? _message;
    private string? _cause;
    private bool _unavailable;

    /// <summary>Rungs on offer, the best first: those of the run in force, or of the last one while nobody publishes.</summary>
    public IReadOnlyList<LadderRung> Rungs => (_active ?? _finished)?.Run.Rungs ?? [];

    /// <summary>The part target of rungs: that of the source, whose pictures they have.</summary>
    public TimeSpan PartTarget { get; set; } = segments.PartTarget;

    /// <summary>Bytes that the run in force has not taken. Safe from anywhere.</summary>
    public long BacklogBytes => Volatile.Read(ref _active)?.Feed.BacklogBytes ?? 0;

    /// <summary>A segment has begun: before that it is not known which rungs there will be.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Rungs are made, and there is no reason yet to doubt that they come.</summary>
    public bool IsPromising => Rungs.Count > 0 && _restarts == 0;

    public Quality Quality
    {
        get
        {
            // A run that has begun has given nothing yet, and one that hangs gives no more.
            var isGiving = _active is null || (_active.Progress.HasOutput && !IsSilent);
            var given = isGiving ? Rungs.Count : 0;
            if (given >= _ladder.Count)
            {
                return new(QualityLevel.Full, null);
            }

            return new(
                given == 0 ? QualityLevel.SourceOnly : QualityLevel.Reduced,
                Silence ?? _governor.Reason ?? _message ?? "The other qualities are being started.");
        }
    }

    public TranscoderStatus Status => new(
        _ladder.Count == 0 || (_governor.Allowed(_ladder.Count) == 0 && _active is null) ? TranscoderState.Off
        : _active is not null ? StateOf(_active)
        : _unavailable ? TranscoderState.Unavailable
        : _failed ? TranscoderState.Restarting
        : TranscoderState.Starting,
        _active is null ? _message : Silence,
        _active is null ? _cause : null,
        _restarts);

    /// <summary>Whether media of that run for that segment of a rung is still wanted.</summary>
    public bool Wants(int epoch, string rung, long mediaSequence) => (_active ?? _finished) is not { } newest
        || (epoch == newest.Run.Epoch ? mediaSequence >= newest.Firsts.GetValueOrDefault(rung) : mediaSequence < newest.FirstSequence);

    /// <summary>
    /// Whether a run before that one has still to give its last segments: what comes after them has to wait for them.
    /// </summary>
    public bool IsFinishingBefore(int epoch) => _running.Keys.Any(running => running < epoch);

    /// <summary>A segment begins in the source; its first picture follows.</summary>
    public void BeginSegment(SegmentBoundary boundary, VideoConfiguration source, bool isOnGrid)
    {
        (_finished, HasBegun) = (null, true);
        var wanted = Wanted(source, isOnGrid);
        if (_next is not null && !Fits(_next, wanted, source, boundary.PresentationTime))
        {
            Drop(ref _next); // Something else is wanted by now.
        }

        if (_next is { IsRecovered: true } && !MayBeLed(_next, boundary))
        {
            // It began within the segment before and has been decoding since; from here on its output counts.
            CompleteActive(boundary.DecodeTime);
            (_active, _next) = (_next, null);
            _active.FirstSequence = boundary.MediaSequence;
            _fed.Clear();
        }
        else if (!Fits(_active, wanted, source, boundary.PresentationTime) && boundary.SourceIndependent)
        {
            Drop(ref _next);
            CompleteActive(boundary.DecodeTime);
            _active = Start(wanted, source, boundary.PresentationTime, boundary.MediaSequence);
            _fed.Clear();
        }

        if (_active is not null)
        {
            _active.Feed.BeginSegment(boundary);
            _fed.Begin(boundary);
        }
        else
        {
            _fed.Clear();
        }
    }

    /// <summary>A picture of the source.</summary>
    public void Video(in Sample sample, long duration, int reorderDelayMs, VideoConfiguration source, bool isOnGrid)
    {
        _reorderDelayMs = reorderDelayMs;
        _isRefreshed = sample.RecoveryFrames > 0 || (_isRefreshed && !sample.IsSync);
        if (_next is null && (sample.IsSync || sample.RecoveryFrames is not null))
        {
            var wanted = Wanted(source, isOnGrid);
            if (!Fits(_active, wanted, source, sample.PresentationTime) && (sample.IsSync || !Makes(_active, wanted)))
            {
                _next = Start(wanted, source, sample.PresentationTime, long.MaxValue);
                _next?.RecoveringFrames = sample.RecoveryFrames;
            }
        }

        // Where the source's key frames stay away, its other pictures are marked for the rungs that go by them.
        var isFirst = isOnGrid && _marks.IsFirst(sample.PresentationTime);
        if (_active is not null)
        {
            _fed.Add(sample, duration, reorderDelayMs, isFirst);
            if (!_active.TryWrite(sample, duration, reorderDelayMs, isFirst))
            {
                GiveUp(ref _active);
            }
            else if (_active.IsOverdue(time))
            {
                _active.Leave();
            }
        }

        if (_next is not null && !_next.TryWrite(sample, duration, reorderDelayMs, isFirst))
        {
            GiveUp(ref _next);
        }
    }

    /// <summary>The source pauses; what was fed is finished.</summary>
    public void EndSegment(long decodeTime)
    {
        _finished = _active;
        CompleteActive(decodeTime);
        _fed.Clear();
        Drop(ref _next);
    }

    /// <summary>About once a second.</summary>
    public void Tick()
    {
        foreach (var counted in _counted.Values)
        {
            instruments?.Made(counted.Take());
        }

        if (_active is not null)
        {
            // One that gives nothing at all hangs, which its session will notice: fewer rungs would not help it.
            var (fed, progress) = (_active.Feed.NewestPresentationTime, _active.Progress);
            var lag = progress.LagBehind(fed);
            if (progress.NewestPresentationTime == _madeAtTick)
            {
                _silentTicks += fed > _fedAtTick ? 1 : 0;
            }
            else if (progress.HasOutput)
            {
                _silentTicks = 0;
                _governor.Observe(lag, _ladder.Count, time.GetUtcNow());
                (_failed, _unavailable, _message, _cause) = (false, false, null, null); // Of a run before this one.
            }

            if (progress.HasOutput)
            {
                instruments?.Lags(lag);
            }

            (_fedAtTick, _madeAtTick) = (fed, progress.NewestPresentationTime);
        }
        else
        {
            (_silentTicks, _madeAtTick) = (0, long.MinValue);
            _governor.Idle(time.GetUtcNow());
        }
    }

    /// <summary>A run has ended, as <c>ended</c> reported.</summary>
    public void OnEnded(int epoch, TranscodeResult result)
    {
        _running.Remove(epoch);
        Volatile.Write(ref _underWay, _running.Count);
        if (_counted.Remove(epoch, out var counted))
        {
            instruments?.Made(counted.Take());
        }

        if (result.End is TranscodeEnd.Completed or TranscodeEnd.Cancelled)
        {
            return;
        }

        var isUnavailable = result.End == TranscodeEnd.Unavailable;
        var failed = _active?.Run.Epoch == epoch ? _active : null;
        Failed(
            isUnavailable ? TranscoderStatus.CannotBeUsed : "The transcoder failed; it is started anew.",
            result.Message,
            isUnavailable,
            isLost: result.End == TranscodeEnd.Lost && failed?.Progress.HasOutput == true);
        if (failed is not null)
        {
            Drop(ref _active);
            TakeOver(failed.Run);
        }

        if (_next?.Run.Epoch == epoch)
        {
            Drop(ref _next);
        }
    }

    /// <summary>
    /// What the runs gave could not be used, or they could not be served: all are given up, and it is tried again as after a
    /// failure of the transcoder's own.
    /// </summary>
    public void Fail(string message)
    {
        Drop(ref _active);
        Drop(ref _next);
        _fed.Clear();
        Failed(message, cause: null, isUnavailable: false, isLost: false);
    }

    /// <summary>Ends every run and waits for them.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    /// <summary>Runs that were started.</summary>
    public int Runs => _started;

    /// <summary>No run is under way. Safe from anywhere.</summary>
    public bool IsDrained => Volatile.Read(ref _underWay) == 0;

    public void Dispose()
    {
        _stopping.Dispose();
        _fed.Clear();
    }

    /// <summary>
    /// Pictures may still come that are shown before the one that the run begins with, and need what was before it: they are
    /// missing in the run.
    /// </summary>
    private bool MayBeLed(FedRun run, SegmentBoundary boundary) => run.RecoveringFrames is not null
        && boundary.PresentationTime - run.Run.Beginning < _reorderDelayMs * (long)MediaClock.TicksPerMs;

    private IReadOnlyList<LadderRung> Wanted(VideoConfiguration source, bool isOnGrid)
    {
        _ladder = options.For(source);

        // Of pictures that are decoded before they are shown too many would be marked; so the transcoder counts by itself, from
        // the first picture that it gets. That is not the first that it gives where the picture is refreshed little by little.
        KeyFrameGrid = isOnGrid && _reorderDelayMs > 0 && !_isRefreshed ? segments.Target : null;
        return [.. _ladder.Skip(_ladder.Count - _governor.Allowed(_ladder.Count))];
    }

    private TimeSpan? KeyFrameGrid { get; set; }

    private bool IsSilent => _silentTicks >= SilentTicksMax;

    private string? Silence =>
        _active is not null && IsSilent ? "The transcoder gives nothing at the moment; it is started anew if that goes on." : null;

    private TranscoderState StateOf(FedRun run) =>
        IsSilent ? TranscoderState.Stalled : run.Progress.HasOutput ? TranscoderState.Running : TranscoderState.Starting;

    /// <param name="message">For everybody.</param>
    /// <param name="cause">For the operator.</param>
    /// <param name="isUnavailable">It did not start.</param>
    /// <param name="isLost">It worked, and its worker is gone: that is no reason to be careful with another.</param>
    private void Failed(string message, string? cause, bool isUnavailable, bool isLost)
    {
        _restarts++;
        (_failed, _unavailable, _message, _cause) = (true, isUnavailable, message, cause);
        if (!isLost)
        {
            _governor.Crashed(time.GetUtcNow());
        }
    }

    /// <summary>The rungs are those, and but for their key frames as they should be: worth no beginning but a clean one.</summary>
    private static bool Makes(FedRun? run, IReadOnlyList<LadderRung> wanted) => run?.Run.Rungs.SequenceEqual(wanted) == true;

    private bool Fits(
        FedRun? run, IReadOnlyList<LadderRung> wanted, VideoConfiguration source, long presentationTime) => run is null
        ? wanted.Count == 0
        : run.Run.Rungs.SequenceEqual(wanted)
            && run.Run.Source.Matches(source)
            && run.Run.KeyFrameGrid == KeyFrameGrid
            && !run.UnderWay.IsLeaving()
            && !run.Run.IsOverAt(presentationTime);

    private FedRun? Start(
        IReadOnlyList<LadderRung> rungs, VideoConfiguration source, long presentationTime, long firstSequence)
    {
        if (rungs.Count == 0 || !_governor.MayStart(time.GetUtcNow()))
        {
            return null;
        }

        return Begin(new TranscodeRun(runsBefore + ++_started, source, rungs, KeyFrameGrid, presentationTime), firstSequence, ImmutableDictionary<string, long>.Empty);
    }

    private FedRun Begin(TranscodeRun run, long firstSequence, ImmutableDictionary<string, long> firsts)
    {
        var feed = new TranscodeFeed(run, options.BacklogBytesMax);
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var underWay = _runs.Begin(
            new RunId(broadcast, run.Epoch), new RunWork(run, feed, PartTarget, media), cancellation.Token);
        _counted[run.Epoch] = new CountedPictures(underWay);
        _running[run.Epoch] = EndAsync(run.Epoch, underWay, cancellation);
        Volatile.Write(ref _underWay, _running.Count);
        return new FedRun(run, feed, underWay, cancellation, new RunDeadline(TicksOf(PartTarget), options.StallTimeout))
        {
            FirstSequence = firstSequence,
            Firsts = firsts,
        };
    }

    private async Task EndAsync(int epoch, RunUnderWay run, CancellationTokenSource cancellation)
    {
        var result = await run.Ended.ConfigureAwait(false);
        cancellation.Dispose();
        ended(epoch, result);
    }

    private void CompleteActive(long decodeTime)
    {
        _active?.Feed.Complete(decodeTime);
        _active = null;
    }

    private void GiveUp(ref FedRun? run)
    {
        instruments?.Overran();
        _governor.Overloaded(_ladder.Count, time.GetUtcNow());
        (_message, _cause) = (_governor.Reason, null);
        Drop(ref run);
    }

    private static void Drop(ref FedRun? run)
    {
        run?.Abandon();
        run = null;
    }

    /// <summary>Pictures that a run made since it was last asked.</summary>
    private sealed class CountedPictures(RunUnderWay run)
    {
        private long _taken;

        public long Take()
        {
            var (all, before) = (run.Progress().Pictures, _taken);
            _taken = all;
            return all - before;
        }
    }

    private static long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * MediaClock.TicksPerSecond);
}
