using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>How far a follower has got in one rendition: what it was told of it, and which of its parts it was sent.</summary>
internal sealed class FollowedRendition(string name)
{
    // A segment without its parts is about 40 bytes on the wire.
    private const int SegmentsPerEventMax = 4096;

    private RenditionSnapshot? _told;
    private int _initializations;
    private long? _nextSequence;
    private long? _openSequence;
    private int _openParts;
    private long _partsFrom;
    private long _memoryFrom;

    public string Name => name;

    /// <summary>Bytes of parts that it was not sent.</summary>
    public long Behind(RenditionSnapshot now)
    {
        var bytes = 0L;
        foreach (var segment in Unsent(now))
        {
            foreach (var part in segment.Parts.AsSpan()[Sent(segment)..])
            {
                bytes += part.Length;
            }
        }

        return bytes;
    }

    /// <summary>The files that it was not sent, oldest first: some of them may not be in memory.</summary>
    public IEnumerable<(long? MediaSequence, int Index)> Files(RenditionSnapshot now, LiveMedia media)
    {
        if (ReferenceEquals(now, _told))
        {
            yield break;
        }

        for (var index = _initializations; index < now.Initializations.Length; index++)
        {
            yield return (null, index);
        }

        LookForMemory(now, media);
        foreach (var segment in Unsent(now).Where(segment => segment.Boundary.MediaSequence >= _memoryFrom))
        {
            for (var index = Sent(segment); HasPart(segment, index, media); index++)
            {
                yield return (segment.Boundary.MediaSequence, index);
            }
        }
    }

    /// <summary>What it was not told, after which it has been told.</summary>
    public IEnumerable<FollowEvent.RenditionChanged> Changes(RenditionSnapshot now, LiveMedia media)
    {
        if (ReferenceEquals(now, _told))
        {
            yield break;
        }

        LookForMemory(now, media);
        LookForParts(now);
        var segments = now.Segments;
        var start = Unseen(segments);
        do
        {
            var count = Math.Min(SegmentsPerEventMax, segments.Length - start);
            yield return new(name)
            {
                IsWhole = _told is null && _initializations == 0,
                Kind = now.Kind,
                PartTarget = now.PartTarget,
                Initializations = now.Initializations[_initializations..],
                Segments = [.. segments.Slice(start, count)],
                Open = now.Open,
                FirstSequence = segments is [var first, ..] ? first.Boundary.MediaSequence : 0,
                PartsFrom = _partsFrom,
                MemoryFrom = _memoryFrom,
                PeakBitRate = now.PeakBitRate,
                AverageBitRate = now.AverageBitRate,
                FrameRate = now.FrameRate,
                IsOffered = now.IsOffered,
            };
            _initializations = now.Initializations.Length;
            start += count;
        }
        while (start < segments.Length);

        _told = now;
        _nextSequence = segments is [.., var last] ? last.Boundary.MediaSequence + 1 : _nextSequence;
        (_openSequence, _openParts) = (now.Open?.Boundary.MediaSequence, now.Open?.Parts.Length ?? 0);
    }

    /// <summary>Segments that have parts which it was not sent, or may have.</summary>
    private IEnumerable<Segment> Unsent(RenditionSnapshot now)
    {
        for (var index = Unseen(now.Segments); index < now.Segments.Length; index++)
        {
            yield return now.Segments[index];
        }

        if (now.Open is { } open)
        {
            yield return open;
        }
    }

    /// <summary>Index of the first complete segment that it was not told of.</summary>
    private int Unseen(SegmentList segments) => _nextSequence is { } next && segments is [var first, ..]
        ? (int)Math.Clamp(next - first.Boundary.MediaSequence, 0, segments.Length)
        : 0;

    /// <summary>How many parts of a segment it was sent.</summary>
    private int Sent(Segment segment) =>
        segment.Boundary.MediaSequence == _openSequence ? Math.Min(_openParts, segment.Parts.Length) : 0;

    /// <summary>Looks how far the origin has let go of memory.</summary>
    private void LookForMemory(RenditionSnapshot now, LiveMedia media)
    {
        _memoryFrom = Math.Max(_memoryFrom, now.Segments is [var first, ..] ? first.Boundary.MediaSequence : 0);
        while (now.Find(_memoryFrom) is { } segment && !IsInMemory(segment, media))
        {
            _memoryFrom++;
        }
    }

    /// <summary>A part with bytes. Of a segment that storage did not take, memory has them for longer than the timeline tells of them.</summary>
    private bool HasPart(Segment segment, int index, LiveMedia media) => segment.Parts.IsEmpty
        ? media.TryGet(name, MediaNames.Part(segment.Boundary.MediaSequence, index), out _)
        : index < segment.Parts.Length && segment.Parts[index].Length > 0;

    private bool IsInMemory(Segment segment, LiveMedia media) => segment.IsGap
        ? segment.Parts is [{ Length: > 0 }, ..] && media.TryGet(name, MediaNames.Part(segment.Boundary.MediaSequence, 0), out _)
        : media.TryGet(name, MediaNames.Segment(segment.Boundary.MediaSequence), out var file) && !file!.IsLetGo;

    /// <summary>Looks how far segments have lost their parts: they do in order.</summary>
    private void LookForParts(RenditionSnapshot now)
    {
        _partsFrom = Math.Max(_partsFrom, now.Segments is [var first, ..] ? first.Boundary.MediaSequence : 0);
        while (now.Find(_partsFrom) is { Parts.IsEmpty: true })
        {
            _partsFrom++;
        }
    }
}
