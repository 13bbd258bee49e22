using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>One rendition of a <see cref="RecordedTimeline"/>.</summary>
internal sealed class RecordedRendition(string name)
{
    private readonly Dictionary<long, Segment> _segments = [];
    private double _frameRate;

    public List<TrackConfiguration> Initializations { get; } = [];

    public IReadOnlyDictionary<long, Segment> Segments => _segments;

    public TrackKind Kind => Initializations[0].Kind;

    public long FirstSequence { get; private set; } = long.MaxValue;

    public long LastSequence { get; private set; } = -1;

    public void Add(Segment segment, double frameRate)
    {
        var sequence = segment.Boundary.MediaSequence;
        _segments[sequence] = segment;
        FirstSequence = Math.Min(FirstSequence, sequence);
        LastSequence = Math.Max(LastSequence, sequence);
        _frameRate = frameRate > 0 ? frameRate : _frameRate;
    }

    /// <summary>Where the segment of that number ends, in 90 kHz ticks; 0 without one.</summary>
    public long EndOf(long mediaSequence) => _segments.TryGetValue(mediaSequence, out var segment)
        ? MediaClock.Rescale(segment.DecodeTime + segment.Duration, Timescale(segment.Initialization), MediaClock.TicksPerSecond)
        : 0;

    /// <summary>The rendition with a segment at each of <paramref name="boundaries"/>.</summary>
    public RenditionSnapshot Build(ImmutableArray<SegmentBoundary> boundaries, TimeSpan partTarget)
    {
        var segments = ImmutableArray.CreateBuilder<Segment>(boundaries.Length);
        var initialization = _segments[FirstSequence].Initialization;
        for (var i = 0; i < boundaries.Length; i++)
        {
            var segment = _segments.GetValueOrDefault(boundaries[i].MediaSequence) ?? Gap(boundaries, i, segments, initialization);
            initialization = segment.Initialization;
            segments.Add(segment);
        }

        var bitRate = new MeasuredBitRate();
        foreach (var segment in segments.Where(segment => !segment.IsGap))
        {
            bitRate.Add(segment.Length, segment.Duration / (double)Timescale(segment.Initialization));
        }

        return new RenditionSnapshot
        {
            Name = name,
            Kind = Kind,
            Initializations = [.. Initializations],
            PartTarget = partTarget,
            Segments = [.. segments],
            PeakBitRate = Math.Max(1, bitRate.Peak),
            AverageBitRate = Math.Max(1, bitRate.Average),
            FrameRate = _frameRate,
            IsOffered = true,
        };
    }

    private uint Timescale(int initialization) => Initializations[initialization].Timescale;

    private Segment Gap(
        ImmutableArray<SegmentBoundary> boundaries, int index, ImmutableArray<Segment>.Builder before, int initialization)
    {
        var timescale = Timescale(initialization);
        var start = MediaClock.Rescale(boundaries[index].DecodeTime, MediaClock.TicksPerSecond, timescale);
        if (before is [.., var previous] && Timescale(previous.Initialization) == timescale)
        {
            start = Math.Max(start, previous.DecodeTime + previous.Duration);
        }

        // The last one has nothing behind it to end at: it is as long as the one before it.
        var end = index + 1 < boundaries.Length
            ? MediaClock.Rescale(boundaries[index + 1].DecodeTime, MediaClock.TicksPerSecond, timescale)
            : start + (before is [.., var last] ? last.Duration : timescale);
        return new Segment
        {
            Boundary = boundaries[index],
            DecodeTime = start,
            Duration = Math.Max(1, end - start),
            Initialization = initialization,
            Independent = true,
            IsGap = true,
            Length = 0,
        };
    }
}
