using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// The complete segments of a rendition as its owner sees them: appended at the edge, taken off at the other end, each
/// in constant time on average. <see cref="List"/> gives readers a view of it that never changes.
/// </summary>
/// <remarks>
/// The newest segments, which still have their parts, are copied from list to list; there are a dozen. When one has
/// lost its parts it goes into an array that all lists share: its place there is behind what any list before can see,
/// and is written once. A full array is left to those who read it; what the window still holds moves into the next,
/// twice as large as that.
/// </remarks>
/// <param name="partsKept">Media behind the edge whose parts are remembered; null for all.</param>
public sealed class SegmentWindow(TimeSpan? partsKept = null)
{
    private const int CapacityMin = 64;

    private readonly long? _partsKept = partsKept is { } kept ? (long)(kept.TotalSeconds * MediaClock.TicksPerSecond) : null;
    private SegmentList.Entry[] _older = [];
    private int _start;
    private int _end;
    private ImmutableArray<SegmentList.Entry> _newest = [];

    /// <summary>The segments at this moment.</summary>
    public SegmentList List { get; private set; } = [];

    public void Append(Segment segment)
    {
        var last = _newest is [.., var newest] ? newest : _end > _start ? _older[_end - 1] : default;
        var behind = 0;

        // By the boundaries' clock, which stays the same when the track's timescale changes.
        while (behind < _newest.Length
            && segment.Boundary.DecodeTime - _newest[behind].Segment.Boundary.DecodeTime > _partsKept)
        {
            PutBehind(_newest[behind++]);
        }

        _newest = [.. _newest[behind..], SegmentList.Entry.After(last, segment)];
        Publish();
    }

    /// <summary>Forgets the parts of segments before that media sequence number, as another window has.</summary>
    public void ForgetParts(long beforeSequence)
    {
        var behind = 0;
        while (behind < _newest.Length && _newest[behind].Segment.Boundary.MediaSequence < beforeSequence)
        {
            PutBehind(_newest[behind++]);
        }

        if (behind > 0)
        {
            _newest = _newest[behind..];
            Publish();
        }
    }

    /// <summary>Takes off what lies before that media sequence number, and returns it.</summary>
    public SegmentList TrimBefore(long mediaSequence)
    {
        var list = List;
        var count = list.IsEmpty ? 0 : (int)Math.Clamp(mediaSequence - list[0].Boundary.MediaSequence, 0, list.Length);
        if (count == 0)
        {
            return [];
        }

        var older = Math.Min(count, _end - _start);
        _start += older;
        _newest = _newest[(count - older)..];
        Publish();
        return list[..count];
    }

    private void PutBehind(SegmentList.Entry entry)
    {
        if (_end == _older.Length)
        {
            var held = _older.AsSpan(_start, _end - _start);
            var larger = new SegmentList.Entry[Math.Max(CapacityMin, held.Length * 2)];
            held.CopyTo(larger);
            (_older, _start, _end) = (larger, 0, held.Length);
        }

        var segment = entry.Segment;
        _older[_end++] = entry with { Segment = segment.Parts.IsEmpty ? segment : segment with { Parts = [] } };
    }

    private void Publish() => List = new SegmentList(_older.AsMemory(_start, _end - _start), _newest);
}
