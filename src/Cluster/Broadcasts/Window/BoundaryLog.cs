using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>
/// The boundaries of a broadcast by media sequence number, as far back as anybody can still play: what is listed lies
/// within the window, and what was listed a moment ago, to someone who has paused, within twice that.
/// </summary>
internal sealed class BoundaryLog(TimeSpan window)
{
    private const int ReadableWindows = 2;

    private readonly long _window = (long)(window.TotalSeconds * MediaClock.TicksPerSecond);
    private readonly Dictionary<long, SegmentBoundary> _boundaries = [];

    /// <summary>The newest, null before the first.</summary>
    public SegmentBoundary? Newest { get; private set; }

    /// <summary>Media sequence number of the oldest one within the window.</summary>
    public long FirstListed { get; private set; }

    /// <summary>Media sequence number of the oldest one that is kept.</summary>
    public long FirstReadable { get; private set; }

    public void Add(SegmentBoundary boundary)
    {
        if (Newest is null)
        {
            (FirstListed, FirstReadable) = (boundary.MediaSequence, boundary.MediaSequence);
        }

        _boundaries.Add(boundary.MediaSequence, boundary);
        Newest = boundary;
        while (boundary.DecodeTime - _boundaries[FirstListed].DecodeTime > _window)
        {
            FirstListed++;
        }

        while (boundary.DecodeTime - _boundaries[FirstReadable].DecodeTime > _window * ReadableWindows)
        {
            _boundaries.Remove(FirstReadable++);
        }
    }

    /// <summary>The boundary of that number, null when it is not kept or has not come yet.</summary>
    public SegmentBoundary? Find(long mediaSequence) => _boundaries.GetValueOrDefault(mediaSequence);
}
