using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Window;

/// <content>A broadcast that another node has begun, and that goes on here.</content>
internal sealed partial class BroadcastTimeline
{
    /// <summary>Takes it over, once and before anything else.</summary>
    /// <param name="begun">What was announced of it, with holds that go over to this.</param>
    /// <param name="rest">What ends the source's segments that were growing.</param>
    public void GoOn(BegunBroadcast begun, SourceMedia? rest)
    {
        _startedAt = begun.Snapshot.StartedAt;
        _version = begun.Snapshot.Version + ResumePoint.VersionsLeftOut;
        _periods = begun.Periods;
        foreach (var period in _periods)
        {
            BeginRecordedPeriod(period);
        }

        foreach (var boundary in begun.Boundaries)
        {
            _boundaries.Add(boundary);
        }

        foreach (var rendition in begun.Renditions)
        {
            GoOn(rendition, begun.FirstSequence);
        }

        _isDirty = true;
        if (rest is not null)
        {
            Add(rest);
        }

        EndBegunRungs(begun.Point.Newest);
        Publish();
    }

    private void GoOn(BegunRendition begun, long firstSequence)
    {
        var rendition = new LiveRendition(begun, firstSequence, _options.Limit, _hotSegments, _media, _archive, _recording);
        switch (rendition.Name)
        {
            case RenditionNames.Source:
                _source = rendition;
                break;
            case RenditionNames.Audio:
                _audio = rendition;
                break;
            default:
                _rungs.Add(rendition); // In their order already.
                break;
        }
    }

    /// <summary>
    /// What was with the transcoder of the other node does not come any more. A newest segment has what was announced of it; others that were growing are
    /// gaps, since they would end too early.
    /// </summary>
    private void EndBegunRungs(SegmentBoundary newest)
    {
        if (_source?.Timeline.Snapshot().Find(newest.MediaSequence) is not { } last)
        {
            return;
        }

        ForEachRung(rung =>
        {
            var open = rung.Timeline.Snapshot().Open;
            var next = rung.Timeline.NextSequence ?? open?.Boundary.MediaSequence ?? newest.MediaSequence + 1;
            for (; next < newest.MediaSequence; next++)
            {
                var boundary = _boundaries.Find(next)!;
                rung.AddGap(boundary, _boundaries.Find(next + 1)!.DecodeTime - boundary.DecodeTime);
            }

            if (next > newest.MediaSequence)
            {
                return;
            }

            _isDirty = true;
            if (open?.Boundary == newest)
            {
                rung.Add(new PackagedMedia.SegmentEnded(newest, open.DecodeTime, open.Duration));
            }
            else
            {
                rung.AddGap(newest, last.DecodeTime + last.Duration - newest.DecodeTime);
            }
        });
    }
}
