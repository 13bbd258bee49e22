using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <content>Boundaries: where a segment begins, and its place on the wall clock.</content>
public sealed partial class Segmenter
{
    private Cut CutForVideo(long clock, in Frame frame)
    {
        if (!_isOpen)
        {
            _cutter.Restart(clock);
            return Cut.AtSync;
        }

        var isAfterPause = clock - _videoClock.Next > PauseTicksMin;
        Cut cut;
        if (_configurationChanged && (frame.IsSync || (_videoChanged && frame.IsEntry)))
        {
            _cutter.Restart(clock);
            cut = Cut.AtSync;
        }
        else
        {
            cut = _cutter.Next(clock, frame.IsSync, isAfterPause);
            if (Math.Max(clock, EndOfPictures) - _current!.DecodeTime < _shortest)
            {
                cut = Cut.None; // Pictures that come faster all at once are decoded after their time, nearly at once.
            }
        }

        if (cut != Cut.None)
        {
            EndPause(clock, isAfterPause);
        }

        return cut;
    }

    /// <summary>
    /// A segment begins with the picture at <paramref name="clock"/>. Where there was a pause before it, the segment before ends
    /// with its last picture. A short pause is bridged: the next segment begins there, too. A long one becomes segments without
    /// pictures.
    /// </summary>
    private void EndPause(long clock, bool isAfterPause)
    {
        var end = EndOfPictures;
        if (clock - end > _target)
        {
            var count = (clock - end + _limit - 1) / _limit;
            for (var index = 0; index < count; index++)
            {
                BeginWithoutPictures(end + ((clock - end) * index / count));
            }

            _videoClock.SkipTo(clock);
            _cutter.BeginAt(clock, clock);
        }
        else if (end == _current!.DecodeTime)
        {
            _videoClock.SkipTo(Math.Max(clock, end + 1));
        }
        else if (isAfterPause)
        {
            _cutter.BeginAt(end, clock);
        }
    }

    /// <summary>
    /// Where the segment's pictures end. Of next to none that is its beginning: they are in a part that is still growing, whose
    /// last picture lasts until the segment's end, and audio frames may be longer than such a segment.
    /// </summary>
    private long EndOfPictures =>
        _videoClock.Next - _current!.DecodeTime < _shortest ? _current.DecodeTime : _videoClock.Next;

    /// <summary>
    /// Where a publisher's last segment ends. One without pictures, or with next to none, lasts as long as its audio, or as a picture.
    /// </summary>
    private long EndOfLastSegment => EndOfPictures > _current!.DecodeTime
        ? _videoClock.Next
        : Math.Max(AudioEnd ?? 0, _current.DecodeTime + (long)Math.Clamp(_videoClock.FrameDuration, LastTicksMin, PauseTicksMin));

    private void CutForAudio(long ms)
    {
        var clock = ms * MediaClock.TicksPerMs;
        if (!_isOpen || (_configurationChanged && _video is null))
        {
            _cutter.Restart(clock);
            BeginSegment(Math.Max(clock, _videoClock.Next), clock, true);
            return;
        }

        if (_video is not null)
        {
            CutBesideStandingVideo(clock);
            return;
        }

        // Where audio was missing; a change that waits takes effect there.
        while (_cutter.NextOverdue(AudioEnd ?? _videoClock.Next, clock) is { } overdue)
        {
            BeginAfterVideo(overdue, overdue);
        }

        if (_cutter.NextAudio(clock))
        {
            BeginAfterVideo(clock, _cutter.GridTime);
        }
    }

    /// <summary>
    /// Audio goes on at <paramref name="clock"/>, and no picture has come for as long as it was held: segments without pictures
    /// begin where the last one ended.
    /// </summary>
    private void CutBesideStandingVideo(long clock)
    {
        if (clock < _videoClock.Next)
        {
            return;
        }

        BeginWithoutPictures(EndOfPictures);
        while (clock - _current!.DecodeTime >= _target)
        {
            BeginWithoutPictures(clock - _current.DecodeTime < _limit ? clock : _current.DecodeTime + _target);
        }
    }

    private void BeginWithoutPictures(long decodeTime)
    {
        if (decodeTime > _current!.DecodeTime)
        {
            _videoClock.SkipTo(decodeTime);
            _cutter.BeginAt(decodeTime, decodeTime);
            BeginSegment(decodeTime, decodeTime, false);
        }
    }

    /// <summary>
    /// Begins a segment where audio went on without video: at that time, or where the newest picture ends if that is later.
    /// </summary>
    private void BeginAfterVideo(long decodeTime, long presentationTime)
    {
        decodeTime = Math.Max(decodeTime, _videoClock.Next);
        if (decodeTime > _current!.DecodeTime)
        {
            _videoClock.SkipTo(decodeTime);
            BeginSegment(decodeTime, presentationTime, _video is null);
        }
    }

    private void BeginSegment(long decodeTime, long presentationTime, bool independent)
    {
        var sequence = _current is null ? 0 : _current.MediaSequence + 1;
        ChangeAudio(decodeTime);
        var period = _wallClock.BeginSegment(sequence, decodeTime, _configurationChanged);
        _current = new SegmentBoundary
        {
            MediaSequence = sequence,
            DecodeTime = decodeTime,
            PresentationTime = presentationTime,
            ProgramDateTime = period.At(decodeTime),
            DiscontinuitySequence = period.DiscontinuitySequence,
            Period = period.Index,
            SourceIndependent = independent,
        };
        _isOpen = true;
        (_configurationChanged, _videoChanged) = (false, false);
        output.BeginSegment(_current);
        if (_audio is not null)
        {
            _audioBoundaries.Enqueue(_current);
        }
    }
}
