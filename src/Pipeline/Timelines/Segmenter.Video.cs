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

        var ms = _frames.Map(frame, Paused(ref _videoArrivedAt));
        var clock = ms * MediaClock.TicksPerMs;
        ShowLastPicture(clock);
        (_videoMs, _soundsSincePicture) = (ms, 0);
        _wallClock.Arrived(clock);
        var presentation = clock + (frame.CompositionOffsetMs - _frames.ReorderDelayMs) * (long)MediaClock.TicksPerMs;
        if (_videoChanged && !frame.IsEntry)
        {
            return; // Pictures of the new configuration before its first entry cannot be decoded.
        }

        if (presentation < _leadingBefore)
        {
            return; // Those that lead the open group that the publisher began with refer to the one before it.
        }

        _still?.Show(frame.Data.Span);
        _shownSyncAt = frame.IsSync ? clock : _shownSyncAt;
        WatchLead();
        Place(frame, clock, presentation, latestEnd: long.MaxValue);
    }

    /// <summary>Places a picture that can be decoded. It lasts until <paramref name="latestEnd"/> at most.</summary>
    private void Place(in Frame frame, long clock, long presentation, long latestEnd)
    {
        var cut = CutForVideo(clock, frame);
        var begin = cut == Cut.None ? _current!.DecodeTime : _videoClock.Next;
        var (decodeTime, duration) = _videoClock.Place(clock, Math.Min(latestEnd, begin + _limit + PauseTicksMin));
        if (cut != Cut.None)
        {
            BeginSegment(decodeTime, cut == Cut.OnGrid && !frame.IsSync ? _cutter.GridTime : presentation, frame.IsSync);
        }

        output.Video(
            new Sample(decodeTime, (int)(presentation - decodeTime), frame.IsSync, frame.Data)
            {
                RecoveryFrames = frame.RecoveryFrames,
            },
            duration);
        ReleaseAudio(_videoMs);
        FillSilence(_isAudioAwaited || _nextAudio is not null ? _videoMs : _videoMs - AudioPatienceMs);
    }
}
