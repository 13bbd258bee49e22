using Streaming.Pipeline.Codecs.Aac;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <content>Audio frames: held until video has passed them, placed by their count, silence where none came.</content>
public sealed partial class Segmenter
{
    private void AddAudio(in Frame frame)
    {
        if (_audio is null)
        {
            return;
        }

        var ms = _frames.Map(frame, Paused(ref _audioArrivedAt));
        if (_video is null)
        {
            _videoMs = ms;
            _wallClock.Arrived(ms * MediaClock.TicksPerMs);
            CutForAudio(ms);
            Place(ms, frame.Data);
            return;
        }

        _soundsSincePicture++;
        _audioMs = ms = InStep(ms);
        if (_configurationChanged)
        {
            return; // Until the next segment there is no track for it.
        }

        _isAudioAwaited = false;
        ShowLastPicture((_audioMs - StillDelayMs) * MediaClock.TicksPerMs);
        if (ms <= _videoMs)
        {
            Place(ms, frame.Data);
            return;
        }

        while (VideoStandsStill && _held.IsFullAt(ms) && _held.TryTake(long.MaxValue, out var heldMs, out var data))
        {
            CutForAudio(heldMs);
            Place(heldMs, data);
        }

        _held.TryAdd(ms, frame.Data.Span);
    }

    /// <summary>
    /// Where audio at <paramref name="ms"/> belongs that comes together with the newest picture. A clock of its own may have left
    /// the video's, at once or little by little: when it is further off than <see cref="SkewMax"/>, audio is placed by its arrival.
    /// </summary>
    private long InStep(long ms)
    {
        if (_videoMs - ms <= SkewMaxMs)
        {
            return ms;
        }

        _frames.ShiftAudio(_videoMs - ms);
        return _videoMs;
    }

    /// <summary>
    /// Notes with a picture how far ahead of it the audio is. Some is in the way they are interleaved; what does not get less for
    /// a second is a clock of its own.
    /// </summary>
    private void WatchLead()
    {
        var leadMs = _audioMs - _videoMs;
        if (leadMs <= SkewMaxMs)
        {
            _leadSinceMs = null;
            return;
        }

        if (_leadSinceMs is not { } since)
        {
            (_leadSinceMs, _leastLeadMs) = (_videoMs, leadMs);
            return;
        }

        _leastLeadMs = Math.Min(_leastLeadMs, leadMs);
        if (_videoMs - since >= SkewMaxMs)
        {
            _frames.ShiftAudio(-_leastLeadMs);
            _held.Shift(-_leastLeadMs);
            _audioMs -= _leastLeadMs;
            _leadSinceMs = null;
        }
    }

    private void ReleaseAudio(long untilMs)
    {
        while (_held.TryTake(untilMs, out var ms, out var data))
        {
            Place(ms, data);
        }
    }

    /// <summary>What is still held goes into the last segment, or into others where that would become too long.</summary>
    private void ReleaseLastAudio()
    {
        var isTooLong = _isOpen && (_audioMs * MediaClock.TicksPerMs) - _current!.DecodeTime >= _limit;
        while (_held.TryTake(long.MaxValue, out var ms, out var data))
        {
            if (isTooLong)
            {
                CutForAudio(ms);
            }

            Place(ms, data);
        }
    }

    /// <summary>Places an audio frame whose segment is decided.</summary>
    private void Place(long ms, ReadOnlyMemory<byte> data)
    {
        var start = MediaClock.RescaleUp(_current!.DecodeTime, MediaClock.TicksPerSecond, _audio!.Timescale);
        var expected = MediaClock.Rescale(ms, 1000, _audio.Timescale);
        if (_audioClock is null && expected < start)
        {
            return; // Audio from before the first picture.
        }

        _audioClock ??= BeginAudio(expected, start);
        var missing = _audioClock.MissingBefore(ms);
        if (missing < 0)
        {
            return;
        }

        for (; missing > 0; missing--)
        {
            PutAudio(_audioClock, SilentFrame.For(_audio));
        }

        PutAudio(_audioClock, data);
    }

    /// <summary>
    /// Another track of audio begins with the segment that begins at <paramref name="decodeTime"/>. Silence takes the place of what
    /// is missing of the one before, so that no player waits for it.
    /// </summary>
    private void ChangeAudio(long decodeTime)
    {
        if (_nextAudio is null)
        {
            return;
        }

        if (_isOpen)
        {
            FillSilence(decodeTime / MediaClock.TicksPerMs);
        }

        _held.Clear();
        (_audio, _nextAudio, _audioClock, _audioEnd) = (_nextAudio, null, null, 0);
    }

    /// <summary>
    /// The clock of a track whose first frame begins at <paramref name="expected"/>, in a segment that begins at
    /// <paramref name="start"/> (samples). What is missing before it in the segment is silence.
    /// </summary>
    private AudioClock BeginAudio(long expected, long start)
    {
        var missing = (expected - start) / Media.AudioConfiguration.SamplesPerFrame;
        var clock = new AudioClock(_audio!.Timescale, expected - (missing * Media.AudioConfiguration.SamplesPerFrame));
        for (; missing > 0; missing--)
        {
            PutAudio(clock, SilentFrame.For(_audio));
        }

        return clock;
    }

    private void FillSilence(long untilMs)
    {
        if (_audio is null)
        {
            return;
        }

        var until = MediaClock.Rescale(untilMs, 1000, _audio.Timescale);
        var start = MediaClock.RescaleUp(_current!.DecodeTime, MediaClock.TicksPerSecond, _audio.Timescale);
        if (_audioClock is null && until < start)
        {
            return;
        }

        _audioClock ??= new AudioClock(_audio.Timescale, start);
        while (_audioClock.Next < until)
        {
            PutAudio(_audioClock, SilentFrame.For(_audio));
        }
    }

    /// <summary>The last segments of a publisher, however short, have audio: a frame of silence at least.</summary>
    private void FillLastSegments()
    {
        while (_audioClock is not null && _audioBoundaries.Count > 0)
        {
            PutAudio(_audioClock, SilentFrame.For(_audio!));
        }
    }

    private void PutAudio(AudioClock clock, ReadOnlyMemory<byte> data)
    {
        var decodeTime = clock.Take();
        var boundaryTime = MediaClock.Rescale(decodeTime, clock.SampleRate, MediaClock.TicksPerSecond);
        while (_audioBoundaries.TryPeek(out var boundary) && boundary.DecodeTime <= boundaryTime)
        {
            // Segments that no frame begins in are passed, each at its own time.
            _audioBoundaries.Dequeue();
            var isPassed = _audioBoundaries.TryPeek(out var next) && next.DecodeTime <= boundaryTime;
            output.BeginAudioSegment(boundary, isPassed ? BeginOfPassed(boundary, clock.SampleRate) : decodeTime);
        }

        _audioEnd = decodeTime + Media.AudioConfiguration.SamplesPerFrame;
        output.Audio(new Sample(decodeTime, 0, true, data), Media.AudioConfiguration.SamplesPerFrame);
    }

    private long BeginOfPassed(SegmentBoundary boundary, uint sampleRate) =>
        Math.Max(_audioEnd, MediaClock.RescaleUp(boundary.DecodeTime, MediaClock.TicksPerSecond, sampleRate));
}
