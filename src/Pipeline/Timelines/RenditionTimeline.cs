using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// The growing timeline of one rendition, held by the broadcast's owner; readers get <see cref="RenditionSnapshot"/>s.
/// Media sequence numbers follow each other without holes: where there is no media there is a gap segment.
/// </summary>
/// <param name="name">Name in addresses.</param>
/// <param name="configuration">The first configuration.</param>
/// <param name="partTarget">Upper bound of every part's duration.</param>
/// <param name="partsKept">
/// Media behind the edge whose parts are remembered; more than playlists list them for. Null for all.
/// </param>
public sealed class RenditionTimeline(
    string name, TrackConfiguration configuration, TimeSpan partTarget, TimeSpan? partsKept = null)
{
    // A playlist rounds durations to 10 µs, and none of them may exceed the part target.
    private static readonly TimeSpan DurationUnit = TimeSpan.FromMicroseconds(10);

    private ImmutableArray<TrackConfiguration> _initializations = [configuration];
    private readonly SegmentWindow _segments = new(partsKept);
    private readonly List<Part> _openParts = [];
    private Segment? _open;
    private readonly MeasuredBitRate _bitRate = new();
    private RenditionSnapshot? _snapshot;
    private bool _isOffered = true;
    private double _frameRate;

    /// <summary>Goes on with a rendition that somebody else has begun, from its segment of that number on.</summary>
    /// <param name="begun">What is known of it.</param>
    /// <param name="firstSequence">The first that is still to be had.</param>
    /// <param name="partsKept">As of one that begins.</param>
    public RenditionTimeline(RenditionSnapshot begun, long firstSequence, TimeSpan? partsKept = null)
        : this(begun.Name, begun.Configuration, begun.PartTarget, partsKept)
    {
        (_initializations, _isOffered, _frameRate) = (begun.Initializations, begun.IsOffered, begun.FrameRate);
        var seconds = 0.0;
        foreach (var segment in begun.Segments.Where(segment => segment.Boundary.MediaSequence >= firstSequence))
        {
            _segments.Append(segment);
            seconds += segment.Duration / (double)begun.TimescaleOf(segment);
        }

        _bitRate.GoOn(begun.PeakBitRate, begun.AverageBitRate, seconds);
        if (begun.Open is { } open)
        {
            _open = open with { Parts = [] };
            _openParts.AddRange(open.Parts);
        }
    }

    public string Name => name;

    /// <summary>Upper bound of every part's duration, constant.</summary>
    public TimeSpan PartTarget => partTarget;

    public TrackConfiguration Configuration => _initializations[^1];

    /// <summary>Index of the CMAF header in force.</summary>
    public int InitializationIndex => _initializations.Length - 1;

    /// <summary>Media sequence number that the next complete segment has to have, null before the first.</summary>
    public long? NextSequence => _segments.List is [.., var last] ? last.Boundary.MediaSequence + 1 : null;

    /// <summary>Media sequence number of the segment that is growing; null where none has a part yet.</summary>
    public long? OpenSequence => _open?.Boundary.MediaSequence;

    /// <summary>It is offered to new viewers.</summary>
    public bool IsOffered
    {
        get => _isOffered;
        set => Change(ref _isOffered, value);
    }

    /// <summary>Pictures per second.</summary>
    public double FrameRate
    {
        get => _frameRate;
        set => Change(ref _frameRate, value);
    }

    /// <summary>Goes over to another configuration, from the next segment on.</summary>
    public void Configure(TrackConfiguration next)
    {
        if (!next.Matches(Configuration))
        {
            _initializations = _initializations.Add(next);
            _snapshot = null;
        }
    }

    /// <summary>Adds a part to the segment that is growing.</summary>
    public void Add(PackagedMedia.PartMade made)
    {
        if (_open?.Boundary != made.Boundary)
        {
            _openParts.Clear();
            _open = new Segment
            {
                Boundary = made.Boundary,
                DecodeTime = made.SegmentDecodeTime,
                Duration = 0,
                Initialization = InitializationIndex,
                Independent = made.Part.Independent,
                Length = 0,
            };
        }

        _openParts.Add(made.Part);
        _open = _open with { Duration = _open.Duration + made.Part.Duration, Length = _open.Length + made.Part.Length };
        _snapshot = null;
    }

    /// <summary>Completes the segment that is growing; one without parts becomes a gap.</summary>
    public Segment Complete(PackagedMedia.SegmentEnded ended)
    {
        if (_open?.Boundary != ended.Boundary)
        {
            return AddGap(ended.Boundary, ended.SegmentDecodeTime, ended.Duration);
        }

        var segment = _open with { Duration = ended.Duration, Parts = [.. _openParts] };
        _bitRate.Add(segment.Length, segment.Duration / (double)Configuration.Timescale);
        return Append(segment);
    }

    /// <summary>
    /// The rendition has no media from <paramref name="boundary"/> on for that long. Parts that were announced keep their place
    /// and their names; what is missing is filled with others, so that players near the edge find a part wherever they
    /// look.
    /// </summary>
    public Segment AddGap(SegmentBoundary boundary, long decodeTime, long duration)
    {
        var end = decodeTime + duration;
        if (_open?.Boundary == boundary)
        {
            (decodeTime, end) = (_open.DecodeTime, Math.Max(end, _open.DecodeTime + _open.Duration));
        }
        else
        {
            _openParts.Clear();
        }

        return Append(new Segment
        {
            Boundary = boundary,
            DecodeTime = decodeTime,
            Duration = end - decodeTime,
            Initialization = InitializationIndex,
            Independent = true,
            IsGap = true,
            Length = 0,
            Parts = GapParts(decodeTime, end),
        });
    }

    /// <summary>Takes off what lies before the window, oldest first.</summary>
    public SegmentList Trim(long firstSequence)
    {
        var removed = _segments.TrimBefore(firstSequence);
        _snapshot = removed.IsEmpty ? _snapshot : null;
        return removed;
    }

    /// <summary>What readers see; the same object until something changes.</summary>
    public RenditionSnapshot Snapshot() => _snapshot ??= new RenditionSnapshot
    {
        Name = name,
        Kind = Configuration.Kind,
        Initializations = _initializations,
        PartTarget = partTarget,
        Segments = _segments.List,
        Open = _open is null ? null : _open with { Parts = [.. _openParts] },
        PeakBitRate = _bitRate.Peak,
        AverageBitRate = _bitRate.Average,
        FrameRate = _frameRate,
        IsOffered = _isOffered,
    };

    private Segment Append(Segment segment)
    {
        if (_segments.List is [.., var last] && segment.Boundary.MediaSequence != last.Boundary.MediaSequence + 1)
        {
            throw new InvalidOperationException(
                $"Segment {segment.Boundary.MediaSequence} of {name} cannot follow {last.Boundary.MediaSequence}.");
        }

        _segments.Append(segment);
        _open = null;
        _openParts.Clear();
        _snapshot = null;
        return segment;
    }

    /// <summary>Parts of a gap up to its end, those that were announced first.</summary>
    private ImmutableArray<Part> GapParts(long decodeTime, long end)
    {
        var longest = MediaClock.Rescale((partTarget - DurationUnit).Ticks, (uint)TimeSpan.TicksPerSecond, Configuration.Timescale);
        var parts = ImmutableArray.CreateBuilder<Part>();
        foreach (var announced in _openParts)
        {
            parts.Add(announced with { IsGap = true });
            decodeTime = announced.DecodeTime + announced.Duration;
        }

        while (decodeTime < end)
        {
            var duration = Math.Min(longest, end - decodeTime);
            parts.Add(new Part(parts.Count, decodeTime, duration, Independent: false, Length: 0, IsGap: true));
            decodeTime += duration;
        }

        return parts.DrainToImmutable();
    }

    private void Change<T>(ref T field, T value)
    {
        if (!EqualityComparer<T>.Default.Equals(field, value))
        {
            field = value;
            _snapshot = null;
        }
    }
}
