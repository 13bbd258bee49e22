using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// What a rung has to know of the source's timeline: where segments begin, and the decode times in them. Written ahead of the
/// pictures that the transcoder gets. One writer, one reader.
/// </summary>
internal sealed class SourcePlaces
{
    private readonly ConcurrentQueue<SegmentMark> _marks = new();
    private readonly ConcurrentQueue<SamplePlace> _places = new();

    /// <summary>The pictures that follow belong to another segment, or there are none.</summary>
    public void Add(SegmentMark mark) => _marks.Enqueue(mark);

    /// <summary>A picture of the source's.</summary>
    public void Add(SamplePlace place) => _places.Enqueue(place);

    /// <summary>
    /// The next mark, if it was reached by a picture that is shown at <paramref name="presentationTime"/> (90 kHz). Places before
    /// it that nobody took are gone.
    /// </summary>
    public bool TryReach(long presentationTime, [NotNullWhen(true)] out SegmentMark? mark)
    {
        if (!_marks.TryPeek(out mark) || mark.PresentationTime > presentationTime)
        {
            return false;
        }

        _marks.TryDequeue(out _);
        Skip(mark.DecodeTime);
        return true;
    }

    /// <summary>Lets go of places before that one.</summary>
    public void Skip(long decodeTime)
    {
        while (_places.TryPeek(out var place) && place.DecodeTime < decodeTime)
        {
            _places.TryDequeue(out _);
        }
    }

    /// <summary>Takes all that there is. Places first: the mark before each of them is there by then.</summary>
    public (List<SamplePlace> Places, List<SegmentMark> Marks) TakeAll()
    {
        List<SamplePlace> places = [];
        while (_places.TryDequeue(out var place))
        {
            places.Add(place);
        }

        List<SegmentMark> marks = [];
        while (_marks.TryDequeue(out var mark))
        {
            marks.Add(mark);
        }

        return (places, marks);
    }

    /// <summary>Takes the next place in the segment; false when it has no more.</summary>
    public bool TryTake(out SamplePlace place) =>
        _places.TryPeek(out place)
        && !(_marks.TryPeek(out var mark) && place.DecodeTime >= mark.DecodeTime)
        && _places.TryDequeue(out place);
}

/// <summary>Where a segment begins in a rung's pictures, or (without a boundary) where the last one ends.</summary>
/// <param name="Boundary">The segment, null for the end.</param>
/// <param name="DecodeTime">Decode time in 90 kHz ticks, common to all renditions.</param>
/// <param name="PresentationTime">The segment begins with the first picture at or after this.</param>
public sealed record SegmentMark(SegmentBoundary? Boundary, long DecodeTime, long PresentationTime);

/// <summary>Where a sample is decoded, and for how long; in 90 kHz ticks.</summary>
public readonly record struct SamplePlace(long DecodeTime, long Duration);
