using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>
/// What the run in force was fed since the first segment that one of its rungs lacks, so that another run can be fed it. Bounded: where rungs are further
/// behind, the oldest segments are let go of, and another run begins later.
/// </summary>
internal sealed class FedSegments
{
    /// <summary>Segments, the one that grows included.</summary>
    public const int SegmentsMax = 4;

    /// <summary>Bytes of them.</summary>
    public const int BytesMax = 8 * 1024 * 1024;

    private readonly Queue<FedSegment> _segments = new();
    private FedSegment? _newest;
    private long _bytes;

    /// <summary>The oldest first.</summary>
    public IReadOnlyCollection<FedSegment> All => _segments;

    /// <summary>A segment begins.</summary>
    public void Begin(SegmentBoundary boundary)
    {
        _newest = new(boundary);
        _segments.Enqueue(_newest);
        Bound();
    }

    /// <summary>Adds a picture to the newest segment, and copies it. Nothing before the first.</summary>
    public void Add(in Sample sample, long duration, int reorderDelayMs, bool isMarked)
    {
        if (_newest is null)
        {
            return;
        }

        var data = MediaBuffer.Copy(sample.Data.Span, []);
        _newest.Pictures.Add(new(sample with { Data = data.Memory }, data, duration, reorderDelayMs, isMarked));
        _bytes += data.Length;
        Bound();
    }

    /// <summary>No rung lacks what is before that segment.</summary>
    public void TrimBefore(long mediaSequence)
    {
        while (_segments.TryPeek(out var oldest) && oldest.Boundary.MediaSequence < mediaSequence)
        {
            RemoveOldest();
        }
    }

    public void Clear() => TrimBefore(long.MaxValue);

    private void Bound()
    {
        while (_segments.Count > SegmentsMax || _bytes > BytesMax)
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest()
    {
        var oldest = _segments.Dequeue();
        _newest = _segments.Count == 0 ? null : _newest;
        foreach (var picture in oldest.Pictures)
        {
            _bytes -= picture.Held.Length;
            picture.Held.Release();
        }
    }
}

/// <summary>A segment of the source, as a run was fed it.</summary>
internal sealed record FedSegment(SegmentBoundary Boundary)
{
    /// <summary>In the order of decoding.</summary>
    public List<FedPicture> Pictures { get; } = [];
}

/// <summary>A picture of the source.</summary>
/// <param name="Sample">The picture, its bytes those that are held.</param>
/// <param name="Held">The hold.</param>
/// <param name="Duration">Until the next one is decoded, in 90 kHz ticks.</param>
/// <param name="ReorderDelayMs">See <see cref="TranscodeFeed.TryWrite"/>.</param>
/// <param name="IsMarked">It was marked as a key frame for rungs.</param>
internal sealed record FedPicture(Sample Sample, MediaBuffer Held, long Duration, int ReorderDelayMs, bool IsMarked);
