using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Gives every picture of the source a decode time and a duration the moment it arrives, so that a part is ready with its
/// last picture instead of waiting for the next one. Decode times are continuous by construction: each picture begins
/// where the one before ended. What was mispredicted (a millisecond of rounding, a dropped picture) is made up for in the
/// next duration; presentation times stay exact, since the composition offset takes up the difference.
/// </summary>
/// <remarks>
/// Continuity matters to players: a decode time that leaves a hole of more than two pictures makes a browser drop
/// everything up to the next key frame (W3C Media Source Extensions, coded frame processing).
/// </remarks>
public sealed class VideoClock
{
    // Until the second picture tells, 30 pictures a second.
    private const double FrameDurationGuess = MediaClock.TicksPerSecond / 30.0;

    private const double MeanFrames = 16;

    // Times of the newest pictures, to measure the rate over: milliseconds blur it by 0.02 % over 256 pictures at 50 fps.
    private readonly long[] _times = new long[256];

    private long _pictures;
    private double _frameDuration;
    private long _lastTime;
    private long _next;
    private bool _started;

    public VideoClock()
    {
    }

    /// <summary>One that has placed that many pictures: a year of them does not go into 32 bits.</summary>
    internal VideoClock(long pictures) => _pictures = pictures;

    /// <summary>Where the next picture will be decoded, in 90 kHz ticks: the end of the newest.</summary>
    public long Next => _next;

    /// <summary>Pictures per second, 0 before the second picture.</summary>
    public double FrameRate
    {
        get
        {
            var steps = Math.Min(_pictures, _times.Length) - 1;
            var span = steps < 1 ? 0 : _lastTime - _times[(_pictures - 1 - steps) % _times.Length];
            return span > 0 ? steps * (double)MediaClock.TicksPerSecond / span : 0;
        }
    }

    /// <summary>Leaves a hole: the next picture is not decoded before <paramref name="time"/>.</summary>
    public void SkipTo(long time) => _next = Math.Max(_next, time);

    /// <summary>Places the picture that the timeline's clock puts at <paramref name="time"/> (90 kHz ticks).</summary>
    public (long DecodeTime, long Duration) Place(long time)
    {
        if (!_started)
        {
            _started = true;
            _next = Math.Max(_next, time);
        }
        else
        {
            Learn(time - _lastTime);
        }

        _lastTime = time;
        _times[_pictures++ % _times.Length] = time;
        var expectedEnd = time + (long)Math.Round(_frameDuration > 0 ? _frameDuration : FrameDurationGuess);
        var decodeTime = _next;
        _next = Math.Max(decodeTime + 1, expectedEnd);
        return (decodeTime, _next - decodeTime);
    }

    private void Learn(long step)
    {
        if (step <= 0)
        {
            return;
        }

        if (_frameDuration == 0)
        {
            _frameDuration = step;
        }
        else if (step < 3 * _frameDuration)
        {
            _frameDuration += (step - _frameDuration) / MeanFrames;
        }
        else
        {
            // A dropped picture says little about the rate; a rate that really fell is learned in a few pictures.
            _frameDuration += (step - _frameDuration) / (MeanFrames * 4);
        }
    }
}
