using System.Numerics;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Live;

/// <content>
/// What stands beside the source: the rungs and the recording. This is the border behind which their faults stay: each way from
/// the source into them ends in a catch of everything. A fault of the rungs gives up their runs, which are tried again later.
/// </content>
public sealed partial class Broadcast
{
    // A rung that is this many segments behind gets gaps, so that its playlist moves on and players look elsewhere.
    private const int BehindMax = 3;

    // Media of a run that is held while the run before it finishes its last segment: some seconds of a ladder.
    private const int EarlyMax = 64;

    private readonly Ladder _ladder;
    private readonly List<LiveRendition> _rungs = [];
    private readonly List<RungMedia> _early = [];

    /// <summary>Faults of ours in what stands beside the source.</summary>
    internal long Faults { get; private set; }

    internal TranscoderStatus Transcoder => _ladder.Status;

    /// <summary>Nothing is with the transcoder any more.</summary>
    internal bool IsDrained => _ladder.IsDrained;

    /// <summary>Media of a rung, from a transcode session.</summary>
    internal void Add(RungMedia made)
    {
        try
        {
            if (_ladder.IsFinishingBefore(made.Epoch) && _early.Count < EarlyMax)
            {
                _early.Add(made);
                return;
            }

            PutEarly();
            Put(made);
        }
        catch (Exception e)
        {
            FailRungs(e);
        }
    }

    internal void OnRunEnded(int epoch, TranscodeResult result)
    {
        try
        {
            _isDirty = true;
            _ladder.OnEnded(epoch, result);
            PutEarly();
        }
        catch (Exception e)
        {
            FailRungs(e);
        }
    }

    private void BeginSegmentOfRungs(SegmentBoundary boundary, VideoConfiguration video)
    {
        try
        {
            _ladder.BeginSegment(boundary, video, Segmenter.IsOnGrid);
        }
        catch (Exception e)
        {
            FailRungs(e);
        }
    }

    private void FeedRungs(in Sample sample, long duration)
    {
        try
        {
            _ladder.Video(sample, duration, Segmenter.ReorderDelayMs, Segmenter.VideoConfiguration!, Segmenter.IsOnGrid);
        }
        catch (Exception e)
        {
            FailRungs(e);
        }
    }

    private void EndSegmentOfRungs(long decodeTime)
    {
        try
        {
            _ladder.EndSegment(decodeTime);
        }
        catch (Exception e)
        {
            FailRungs(e);
        }
    }

    private void LookAtRungs()
    {
        try
        {
            _ladder.Tick();
        }
        catch (Exception e)
        {
            FailRungs(e);
        }

        var frameRate = Math.Round(Segmenter.FrameRate, 2);
        ForEachRung(rung =>
        {
            rung.Timeline.FrameRate = frameRate;
            rung.Timeline.IsOffered = _ladder.Rungs.Any(offered => offered.Name == rung.Name);
        });
    }

    private void CatchUpRungs(long untilSequence) => ForEachRung(rung => FillGaps(rung, untilSequence));

    private void TrimRungs(long firstSequence, long lastReadableSequence) =>
        ForEachRung(rung => rung.Trim(firstSequence, lastReadableSequence));

    private void ForEachRung(Action<LiveRendition> work)
    {
        foreach (var rung in _rungs)
        {
            try
            {
                work(rung);
            }
            catch (Exception e)
            {
                FailRungs(e);
            }
        }
    }

    private void FailRungs(Exception exception)
    {
        Fail("rungs", exception);
        _early.Clear();
        _ladder.Fail("The server failed at the other qualities; it tries them again in a moment.");
    }

    private async Task StopRungsAsync()
    {
        await _ladder.StopAsync().ConfigureAwait(false);
        _ladder.Dispose();
    }

    private void BeginRecordedPeriod(Period period)
    {
        try
        {
            _recording?.Add(period);
        }
        catch (Exception e)
        {
            Fail("recording", e);
        }
    }

    private void ReleaseRecording(long mediaSequence)
    {
        try
        {
            _recording?.Release(mediaSequence);
        }
        catch (Exception e)
        {
            Fail("recording", e);
        }
    }

    // What fails once may fail with every picture: it is told the first time, the second, the fourth…
    private void Fail(string branch, Exception exception)
    {
        _instruments?.Broadcasts.Failed(branch);
        if (BitOperations.IsPow2(++Faults))
        {
            LogBranchFailed(_logger, Id, branch, Faults, exception);
        }
    }

    /// <summary>Puts what was held, in order, as far as nothing holds it any more.</summary>
    private void PutEarly()
    {
        var early = _early.ToArray();
        _early.Clear();
        foreach (var made in early)
        {
            if (early.Length < EarlyMax && _ladder.IsFinishingBefore(made.Epoch))
            {
                _early.Add(made);
            }
            else
            {
                Put(made);
            }
        }
    }

    private void Put(RungMedia made)
    {
        foreach (var media in made.Media)
        {
            Put(made, media);
        }
    }

    private void Put(RungMedia made, PackagedMedia media)
    {
        var sequence = media.Boundary.MediaSequence;
        var rendition = _rungs.Find(rung => rung.Name == made.Rung.Name);
        if (!_ladder.Wants(made.Epoch, sequence) || (rendition?.Timeline.NextSequence ?? sequence) > sequence)
        {
            return; // Of a run that was replaced, or too late.
        }

        _isDirty = true;
        if (rendition is null)
        {
            rendition = New(made.Rung.Name, made.Configuration, _ladder.PartTarget);
            _rungs.Add(rendition);
            _rungs.Sort((a, b) => Height(b).CompareTo(Height(a)));
        }

        FillGaps(rendition, sequence);
        rendition.Configure(made.Configuration);
        rendition.Add(media);
    }

    private static int Height(LiveRendition rendition) => ((VideoConfiguration)rendition.Timeline.Configuration).Height;

    /// <summary>Gives a rendition gaps in place of what it lacks before <paramref name="untilSequence"/>.</summary>
    private void FillGaps(LiveRendition rendition, long untilSequence)
    {
        while (rendition.Timeline.NextSequence is { } next && next < untilSequence
            && _boundaries.Find(next) is { } boundary && _boundaries.Find(next + 1) is { } end)
        {
            rendition.AddGap(boundary, end.DecodeTime - boundary.DecodeTime);
        }
    }

    [LoggerMessage(214, LogLevel.Error, "{BroadcastId}: the {Branch} failed (fault {Count}); the source goes on")]
    private static partial void LogBranchFailed(
        ILogger logger, string broadcastId, string branch, long count, Exception exception);
}
