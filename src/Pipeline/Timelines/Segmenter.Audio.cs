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

        var ms = _frames.Map(frame);
        if (_video is null)
        {
            _videoMs = ms;
            _wallClock.Arrived(ms * MediaClock.TicksPerMs);
            CutForAudio(ms);
            Place(ms, frame.Data);
            return;
        }

        if (_configurationChanged)
        {
            return; // Until the next segment there is no track for it.
        }

        if (ms <= _videoMs)
        {
            Place(ms, frame.Data);
            return;
        }

        if (_held.IsFull)
        {
            // Video stands still. Audio goes on without it.
            _held.TryTake(long.MaxValue, out var heldMs, out var data);
            CutForAudio(heldMs);
            Place(heldMs, data);
        }

        _held.Add(ms, frame.Data.Span);
    }

    private void ReleaseAudio(long untilMs)
    {
        while (_held.TryTake(untilMs, out var ms, out var data))
        {
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

        _audioClock ??= new AudioClock(_audio.Timescale, expected);
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

    private void FillSilence(long untilMs)
    {
        if (_audio is null || _configurationChanged)
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

    private void PutAudio(AudioClock clock, ReadOnlyMemory<byte> data)
    {
        var decodeTime = clock.Take();
        var boundaryTime = MediaClock.Rescale(decodeTime, clock.SampleRate, MediaClock.TicksPerSecond);
        while (_audioBoundaries.TryPeek(out var boundary) && boundary.DecodeTime <= boundaryTime)
        {
            output.BeginAudioSegment(_audioBoundaries.Dequeue(), decodeTime);
        }

        output.Audio(new Sample(decodeTime, 0, true, data), Media.AudioConfiguration.SamplesPerFrame);
    }
}
