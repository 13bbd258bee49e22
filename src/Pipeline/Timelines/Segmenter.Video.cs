using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <content>Pictures: where they are decoded and shown.</content>
public sealed partial class Segmenter
{
    private void AddVideo(in Frame frame)
    {
        if (_video is null)
        {
            return;
        }

        _videoMs = _frames.Map(frame, Paused(ref _videoArrivedAt));
        _soundsSincePicture = 0;
        var clock = _videoMs * MediaClock.TicksPerMs;
        _wallClock.Arrived(clock);
        var presentation = clock + (frame.CompositionOffsetMs - _frames.ReorderDelayMs) * (long)MediaClock.TicksPerMs;
        if (_videoChanged && !frame.IsSync)
        {
            return; // Pictures of the new configuration before its first IDR picture cannot be decoded.
        }

        var cut = CutForVideo(clock, frame.IsSync);
        var begin = cut == Cut.None ? _current!.DecodeTime : _videoClock.Next;
        var (decodeTime, duration) = _videoClock.Place(clock, begin + _limit + PauseTicksMin);
        if (cut != Cut.None)
        {
            BeginSegment(decodeTime, cut == Cut.OnGrid ? _cutter.GridTime : presentation, frame.IsSync);
        }

        output.Video(new Sample(decodeTime, (int)(presentation - decodeTime), frame.IsSync, frame.Data), duration);
        WatchLead();
        ReleaseAudio(_videoMs);
        FillSilence(_videoMs - AudioPatienceMs);
    }
}
