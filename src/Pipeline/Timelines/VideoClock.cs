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

    // A step that is so many times longer or shorter than pictures last is a pause or a late picture; some in a row are another
    // rate.
    private const int PauseFactor = 3;
    private const int PausesInARowMax = 3;
    private const int ShortFactor = 2;
    private const int ShortsInARowMax = 2;

    // No picture is taken to last longer: if the next one came sooner, it would be decoded after it is to be shown.
    private const double PredictedMax = MediaClock.TicksPerSecond * 1.01;

    // Times of the newest pictures, to measure the rate over: milliseconds blur it by 0.02 % over 256 pictures at 50 fps.
    private readonly long[] _times = new long[256];

    private long _pictures;
    private double _frameDuration;
    private int _pauses;
    private int _shorts;
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

    /// <summary>How long pictures are taken to last, in 90 kHz ticks; 0 before that is known.</summary>
    public double FrameDuration => _frameDuration;

    /// <summary>Tells how long the pictures that follow are going to last, in 90 kHz ticks.</summary>
    public void Expect(double frameDuration)
    {
        _frameDuration = frameDuration;
        _pauses = 0;
    }

    /// <summary>Leaves a hole: the next picture is not decoded before <paramref name="time"/>.</summary>
    public void SkipTo(long time) => _next = Math.Max(_next, time);

    /// <summary>
    /// Places the picture that the timeline's clock puts at <paramref name="time"/> (90 kHz ticks). It ends at <paramref
    /// name="latestEnd"/> at the latest, if that is after its time.
    /// </summary>
    public (long DecodeTime, long Duration) Place(long time, long latestEnd = long.MaxValue)
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
        var predicted = _frameDuration > 0 ? Math.Min(_frameDuration, PredictedMax) : FrameDurationGuess;
        var expectedEnd = Math.Max(time + 1, Math.Min(time + (long)Math.Round(predicted), latestEnd));
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
            return;
        }

        _pauses = step >= PauseFactor * _frameDuration ? _pauses + 1 : 0;
        _shorts = step * ShortFactor <= _frameDuration ? _shorts + 1 : 0;
        if (_pauses >= PausesInARowMax || _shorts >= ShortsInARowMax)
        {
            _frameDuration += (step - _frameDuration) / 2;
        }
        else if (_pauses == 0 && _shorts == 0)
        {
            _frameDuration += (step - _frameDuration) / MeanFrames;
        }
    }
}
