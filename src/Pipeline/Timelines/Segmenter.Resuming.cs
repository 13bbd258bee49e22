using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <content>A timeline that somebody else has begun.</content>
public sealed partial class Segmenter
{
    /// <summary>
    /// Goes on after <paramref name="point"/>, once and before anything else: what was growing there ends as it does when a publisher leaves, and the next
    /// publisher begins after it.
    /// </summary>
    public void GoOn(ResumePoint point)
    {
        _current = point.Newest;
        _wallClock.GoOn(point.Period, point.Newest);
        _videoClock.SkipTo(Math.Max(point.Video?.End ?? 0, point.Newest.DecodeTime));
        if (point.Video?.Configuration is VideoConfiguration video)
        {
            _video = video;
            _still = StillPictures.For(video);
        }

        if (point.Audio is { Configuration: AudioConfiguration audio } sound)
        {
            _audio = audio;
            _audioClock = sound.End is { } end ? new AudioClock(audio.Timescale, end) : null;
            _audioEnd = sound.End ?? 0;
            foreach (var boundary in point.Boundaries.Where(boundary => boundary.MediaSequence >= (sound.NextSequence ?? point.Newest.MediaSequence)))
            {
                _audioBoundaries.Enqueue(boundary);
            }
        }

        _isOpen = true;
        EndPublication();
    }
}
