using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Gives a source to a ladder as a broadcast does.</summary>
internal sealed class FedSource : SegmenterOutput
{
    private readonly Ladder _ladder;

    public FedSource(Ladder ladder, SegmentationOptions options, TimeProvider time)
    {
        _ladder = ladder;
        Segmenter = new Segmenter(options, time, this);
    }

    public Segmenter Segmenter { get; }

    public SegmentBoundary? Newest { get; private set; }

    public bool HasFailed { get; set; }

    public override void BeginSegment(SegmentBoundary boundary)
    {
        Newest = boundary;
        _ladder.BeginSegment(boundary, Segmenter.VideoConfiguration!, Segmenter.IsOnGrid);
    }

    public override void BeginAudioSegment(SegmentBoundary boundary, long decodeTime)
    {
    }

    public override void Video(in Sample sample, long duration) => _ladder.Video(
        sample, duration, Segmenter.ReorderDelayMs, Segmenter.VideoConfiguration!, Segmenter.IsOnGrid);

    public override void Audio(in Sample sample, long duration)
    {
    }

    public override void EndSegment(long videoEnd, long audioEnd) => _ladder.EndSegment(videoEnd);
}
