using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <content>Boundaries: where a segment begins, and its place on the wall clock.</content>
public sealed partial class Segmenter
{
    private Cut CutForVideo(long clock, bool isSync)
    {
        if (!_isOpen || (_configurationChanged && isSync))
        {
            _cutter.Restart(clock);
            return Cut.AtSync;
        }

        // Where pictures were missing for long, segments without any keep to the limit.
        while (clock - _videoClock.Next > HoleTicksMax
            && _cutter.NextOverdue(Math.Max(_videoClock.Next, AudioEnd ?? 0), clock) is { } overdue)
        {
            _videoClock.SkipTo(overdue);
            BeginSegment(overdue, overdue, false);
        }

        return _cutter.Next(clock, isSync);
    }

    private void CutForAudio(long ms)
    {
        var clock = ms * MediaClock.TicksPerMs;

        // The same where audio was missing; a change that waits takes effect there.
        while (_isOpen && _cutter.NextOverdue(AudioEnd ?? _videoClock.Next, clock) is { } overdue)
        {
            BeginAfterVideo(overdue, overdue);
        }

        if (!_isOpen || _configurationChanged)
        {
            _cutter.Restart(clock);
            BeginSegment(Math.Max(clock, _videoClock.Next), clock, true);
            return;
        }

        if (_cutter.NextAudio(clock, overdueOnly: _video is not null))
        {
            BeginAfterVideo(clock, _cutter.GridTime);
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
        _audioClock = _audioChanged ? null : _audioClock;
        (_configurationChanged, _videoChanged, _audioChanged) = (false, false, false);
        output.BeginSegment(_current);
        if (_audio is not null)
        {
            _audioBoundaries.Enqueue(_current);
        }
    }
}
