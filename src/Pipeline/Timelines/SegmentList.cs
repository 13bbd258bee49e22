using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Segments of one rendition in order, as a reader sees them at one moment. Immutable. Lists of a growing timeline
/// share what they have in common (<see cref="SegmentWindow"/>), and running totals tell of any stretch what it
/// consists of, so that nothing that is done for a part or a segment depends on how many there are: a window of hours
/// has thousands.
/// </summary>
[CollectionBuilder(typeof(SegmentList), nameof(Create))]
public sealed class SegmentList : IReadOnlyList<Segment>
{
    private readonly ReadOnlyMemory<Entry> _older;
    private readonly ImmutableArray<Entry> _newest;

    internal SegmentList(ReadOnlyMemory<Entry> older, ImmutableArray<Entry> newest) => (_older, _newest) = (older, newest);

    public int Length => _older.Length + _newest.Length;

    public bool IsEmpty => Length == 0;

    /// <summary>There is one that is no gap.</summary>
    public bool HasMedia => Totals.Media > 0;

    /// <summary>Each that is no gap begins with a sync sample.</summary>
    public bool IsIndependent => Totals.Dependent == 0;

    /// <summary>Nearly all do: of ten that are no gaps at least nine.</summary>
    public bool IsMostlyIndependent => Totals.Dependent * 10 <= Totals.Media;

    int IReadOnlyCollection<Segment>.Count => Length;

    private (int Media, int Dependent) Totals
    {
        get
        {
            if (IsEmpty)
            {
                return default;
            }

            var (before, last) = (EntryAt(0).Before, EntryAt(Length - 1));
            return (last.Media - before.Media, last.Dependent - before.Dependent);
        }
    }

    public Segment this[int index] => EntryAt(index).Segment;

    /// <summary>A list of those segments.</summary>
    public static SegmentList Create(ReadOnlySpan<Segment> segments)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>(segments.Length);
        foreach (var segment in segments)
        {
            entries.Add(Entry.After(entries is [.., var last] ? last : default, segment));
        }

        return new SegmentList(default, entries.MoveToImmutable());
    }

    /// <summary>A stretch of it; copies nothing but, at most, some of the newest.</summary>
    public SegmentList Slice(int start, int length)
    {
        var end = start + length;
        var older = _older[Math.Min(start, _older.Length)..Math.Min(end, _older.Length)];
        var newest = _newest[Math.Max(0, start - _older.Length)..Math.Max(0, end - _older.Length)];
        return new SegmentList(older, newest);
    }

    /// <summary>The newest, which together last as long as that (in ticks of their timescale), or a little longer.</summary>
    public SegmentList Newest(long duration)
    {
        var start = Length;
        for (var missing = duration; start > 0 && missing > 0; missing -= this[start].Duration)
        {
            start--;
        }

        return Slice(start, Length - start);
    }

    /// <summary>Those of the period of that index.</summary>
    public SegmentList Within(int period)
    {
        var start = IndexOf(period, static segment => segment.Boundary.Period);
        return Slice(start, IndexOf(period + 1, static segment => segment.Boundary.Period) - start);
    }

    /// <summary>The segment of that media sequence number, null when there is none.</summary>
    public Segment? Find(long mediaSequence)
    {
        var index = IsEmpty ? -1 : mediaSequence - this[0].Boundary.MediaSequence;
        return index >= 0 && index < Length ? this[(int)index] : null;
    }

    public IEnumerator<Segment> GetEnumerator()
    {
        for (var i = 0; i < Length; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Index of the first segment whose key, which never falls from one to the next, is at least that.</summary>
    private int IndexOf(long key, Func<Segment, long> keyOf)
    {
        var (low, high) = (0, Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = keyOf(this[middle]) < key ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private Entry EntryAt(int index) =>
        index < _older.Length ? _older.Span[index] : _newest[index - _older.Length];

    /// <summary>A segment with what there has been of its kind on the timeline, itself included.</summary>
    internal readonly record struct Entry(Segment Segment, int Media, int Dependent)
    {
        /// <summary>What there had been before it.</summary>
        public (int Media, int Dependent) Before => (Media - (Segment.IsGap ? 0 : 1), Dependent - (IsDependent(Segment) ? 1 : 0));

        public static Entry After(Entry previous, Segment segment) => new(
            segment, previous.Media + (segment.IsGap ? 0 : 1), previous.Dependent + (IsDependent(segment) ? 1 : 0));

        private static bool IsDependent(Segment segment) => !segment.IsGap && !segment.Independent;
    }
}
