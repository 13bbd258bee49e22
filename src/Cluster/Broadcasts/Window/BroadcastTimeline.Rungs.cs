using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Window;

/// <content>
/// The rungs, which are put where the source is. A border, too: what cannot be put gives up the runs that it came from, and the source goes on.
/// </content>
internal sealed partial class BroadcastTimeline
{
    // A rung that is this many segments behind gets gaps, so that its playlist moves on and players look elsewhere.
    private const int BehindMax = 3;

    // Media of a run that is held while the run before it finishes its last segment: some seconds of a ladder.
    private const int EarlyMax = 64;

    private readonly List<LiveRendition> _rungs = [];
    private readonly List<RungMedia> _early = [];

    /// <summary>Puts what the rungs' runs made.</summary>
    public void Add(RungEvent made)
    {
        try
        {
            switch (made)
            {
                case RungEvent.MediaCame came when _rungBranch.IsFinishingBefore(came.Media.Epoch) && _early.Count < EarlyMax:
                    _early.Add(came.Media);
                    break;
                case RungEvent.MediaCame came:
                    PutEarly();
                    Put(came.Media);
                    break;
                case RungEvent.RunEnded ended:
                    _isDirty = true;
                    _rungBranch.End(ended);
                    PutEarly();
                    if (_rungBranch.IsDrained)
                    {
                        _runsEnded();
                    }

                    break;
            }
        }
        catch (Exception e)
        {
            FailRungs(e);
        }
        finally
        {
            (made as RungEvent.MediaCame)?.Take();
        }

        Publish();
    }

    private void LookAtRungs(double frameRate)
    {
        if (!_rungBranch.HasBegun)
        {
            return; // Those of another node stay on offer until it is known which are made here.
        }

        var offered = _rungBranch.Offered.ToArray();
        ForEachRung(rung =>
        {
            rung.Timeline.FrameRate = frameRate;
            rung.Timeline.IsOffered = offered.Contains(rung.Name);
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
        _early.Clear();
        _rungBranch.Fail(exception);
    }

    /// <summary>Puts what was held, in order, as far as nothing holds it any more.</summary>
    private void PutEarly()
    {
        var early = _early.ToArray();
        _early.Clear();
        foreach (var made in early)
        {
            if (early.Length < EarlyMax && _rungBranch.IsFinishingBefore(made.Epoch))
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
        if (!_rungBranch.Wants(made.Epoch, made.Rung.Name, sequence) || (rendition?.Timeline.NextSequence ?? sequence) > sequence)
        {
            return; // Of a run that was replaced, or too late.
        }

        if (rendition?.Timeline.OpenSequence == sequence && !made.Configuration.Matches(rendition.Timeline.Configuration))
        {
            return; // Of another encoder than what was announced of the segment: it stays as it is, and becomes a gap.
        }

        _isDirty = true;
        if (rendition is null)
        {
            rendition = New(made.Rung.Name, made.Configuration, _rungBranch.PartTarget);
            _rungs.Add(rendition);
            _rungs.Sort(static (a, b) => Height(b).CompareTo(Height(a)));
        }

        FillGaps(rendition, sequence);
        rendition.Configure(made.Configuration);
        rendition.Add(media);
        _rungBranch.Put(made.Epoch, made.Rung.Name, media);
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
}
