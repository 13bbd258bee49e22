using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// Cuts a rung's pictures where the source was cut. Each takes the next place of the source's: decode times and durations are
/// the same in both, and known at once. A part is ready with its last picture.
/// </summary>
/// <param name="source">The source's places.</param>
/// <param name="clock">The run's.</param>
/// <param name="packager">Collects the pictures.</param>
/// <param name="seam">Where the rung goes on within a segment; null where it begins with one.</param>
internal sealed class RungSegmenter(SourcePlaces source, RunClock clock, CmafPackager packager, RungSeam? seam = null)
{
    private bool _hasBegun;
    private long _decode = -1;
    private long _duration = 1;
    private long _newest = long.MinValue;

    /// <summary>Presentation time of the newest picture, in 90 kHz ticks.</summary>
    public long NewestPresentationTime => Volatile.Read(ref _newest);

    /// <summary>Adds a picture; takes over <paramref name="tag"/>, which it lies in.</summary>
    public void Add(in Frame frame, FlvTag tag)
    {
        var presentation = clock.FromMs((long)frame.TimestampMs + frame.CompositionOffsetMs);
        Volatile.Write(ref _newest, presentation);
        while (source.TryReach(presentation, out var mark))
        {
            Begin(mark);
            _hasBegun = true;
        }

        // What is from before the run's first segment counts for nothing.
        if (_hasBegun)
        {
            Place();
            packager.Add(new Sample(_decode, (int)(presentation - _decode), frame.IsSync, frame.Data), _duration);
        }

        tag.Release();
    }

    /// <summary>
    /// The transcoder has finished. The last segment is completed if its end is known; otherwise it stays as it is.
    /// </summary>
    public void Complete()
    {
        while (source.TryReach(long.MaxValue, out var mark))
        {
            if (mark.Boundary is not null)
            {
                Begin(mark);
            }
            else if (_hasBegun)
            {
                // A publisher that was cut off leaves out pictures that were to be shown before the end.
                var end = packager.End;
                packager.EndSegment(packager.HasSamples && mark.DecodeTime - end > _duration ? end : Math.Max(mark.DecodeTime, end));
            }
        }
    }

    private void Begin(SegmentMark mark)
    {
        if (mark.Boundary!.MediaSequence == seam?.MediaSequence)
        {
            packager.ResumeSegment(mark.Boundary, mark.DecodeTime, seam.Parts, seam.DecodeTime);
            source.Skip(seam.DecodeTime);
        }
        else
        {
            packager.BeginSegment(mark.Boundary, mark.DecodeTime);
        }
    }

    /// <summary>
    /// Where the next picture is decoded, and for how long. One more than the source had in the segment (its pictures were cut by
    /// decode time, and are irregular) shares the place of the one before.
    /// </summary>
    private void Place()
    {
        if (source.TryTake(out var place))
        {
            (_decode, _duration) = (place.DecodeTime, place.Duration);
            return;
        }

        if (!packager.HasSamples)
        {
            // It came late, and the source has it in a segment after this one. Alone here, it lasts as long as the segment.
            (_decode, _duration) = (Math.Max(packager.End, _decode + 1), 1);
            return;
        }

        _duration = Math.Max(1, _duration / 2);
        _decode = Math.Max(packager.End - _duration, _decode + 1);
    }
}
