using System.Collections.Concurrent;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// Cuts a rung's pictures where the source was cut. Each picture waits for the next one, which tells its duration: so a
/// segment lasts exactly as long as the source's.
/// </summary>
internal sealed class RungSegmenter(ConcurrentQueue<SegmentMark> marks, CmafPackager packager)
{
    private bool _hasBegun;
    private FlvTag _heldTag;
    private Sample? _held;
    private long _duration;
    private long _newest = long.MinValue;

    /// <summary>Presentation time of the newest picture, in 90 kHz ticks.</summary>
    public long NewestPresentationTime => Volatile.Read(ref _newest);

    /// <summary>Adds a picture; takes over <paramref name="tag"/>, which it lies in.</summary>
    public void Add(in Frame frame, FlvTag tag)
    {
        var presentation = ((long)frame.TimestampMs + frame.CompositionOffsetMs - TranscodeFeed.OffsetMs) * MediaClock.TicksPerMs;
        Volatile.Write(ref _newest, presentation);
        var decode = presentation;
        var begins = false;
        while (marks.TryPeek(out var mark) && mark.PresentationTime <= presentation)
        {
            marks.TryDequeue(out _);
            PutHeld(mark.DecodeTime);
            packager.BeginSegment(mark.Boundary!, mark.DecodeTime);
            (decode, begins, _hasBegun) = (mark.DecodeTime, true, true);
        }

        if (!_hasBegun)
        {
            tag.Release(); // From before the run's first segment.
            return;
        }

        if (!begins)
        {
            decode = Math.Max(presentation, (_held?.DecodeTime ?? packager.End) + 1);
            PutHeld(decode);
        }

        _held = new Sample(decode, (int)(presentation - decode), frame.IsSync, frame.Data);
        _heldTag = tag;
    }

    /// <summary>
    /// The transcoder has finished. The last segment is completed if its end is known; otherwise it stays as it is.
    /// </summary>
    public void Complete()
    {
        while (marks.TryDequeue(out var mark))
        {
            if (mark.Boundary is not null)
            {
                PutHeld(mark.DecodeTime);
                packager.BeginSegment(mark.Boundary, mark.DecodeTime);
            }
            else if (_hasBegun)
            {
                var end = EndOfLast(mark.DecodeTime);
                PutHeld(end);
                packager.EndSegment(Math.Max(end, packager.End));
            }
        }

        if (_held is not null)
        {
            _held = null;
            _heldTag.Release();
        }
    }

    /// <summary>
    /// Where the last picture ends. A publisher that was cut off leaves out pictures that were to be shown before the end; shown
    /// for as long as them, the last one would not fit into a part.
    /// </summary>
    private long EndOfLast(long end) => _held is { } last && _duration > 0 && end - last.DecodeTime > 2 * _duration
        ? last.DecodeTime + _duration
        : end;

    private void PutHeld(long end)
    {
        if (_held is not { } sample)
        {
            return;
        }

        _duration = Math.Max(1, end - sample.DecodeTime);
        packager.Add(sample, _duration);
        _held = null;
        _heldTag.Release();
    }
}
