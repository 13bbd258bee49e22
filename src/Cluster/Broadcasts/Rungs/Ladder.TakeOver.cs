using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <content>How a run that fails is followed by another at once, which is fed what no rung has yet.</content>
internal sealed partial class Ladder
{
    private readonly FedSegments _fed = new();
    private readonly RungPositions _positions = new();

    /// <summary>Media of a run was put on the timeline.</summary>
    public void Put(int epoch, string rung, PackagedMedia media)
    {
        _positions.Put(rung, media);
        if (_active?.Run.Epoch != epoch)
        {
            return;
        }

        if (media is PackagedMedia.PartMade { Part: var part })
        {
            _active.Deadline.Came(part.DecodeTime + part.Duration);
        }
        else
        {
            _fed.TrimBefore(_active.Run.Rungs.Min(rung => _positions.Find(rung.Name)?.MediaSequence ?? 0));
        }
    }

    /// <summary>
    /// Begins another run with the first segment that a rung lacks, and feeds it what the one that failed was fed since. Where that is not possible, another
    /// begins with the source's next IDR picture.
    /// </summary>
    private void TakeOver(TranscodeRun failed)
    {
        if (!_governor.MayStart(time.GetUtcNow()) || Resumption.Of(failed, _fed, _positions) is not { } resumption)
        {
            return;
        }

        var run = failed.Next(runsBefore + ++_started, resumption.Segments[0].Boundary.PresentationTime, resumption.Seams);
        _active = Begin(run, resumption.Segments[0].Boundary.MediaSequence, resumption.Firsts);
        instruments?.TookOver();
        foreach (var segment in resumption.Segments)
        {
            _active.Feed.BeginSegment(segment.Boundary);
            foreach (var picture in segment.Pictures)
            {
                if (!_active.TryWrite(picture.Sample, picture.Duration, picture.ReorderDelayMs, picture.IsMarked))
                {
                    GiveUp(ref _active);
                    return;
                }
            }
        }
    }
}
