using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// Stands in for the video of a publication that has audio alone, in a broadcast that had video before: whoever watches it hears
/// the audio, with a black picture. Runs on the publisher's clock, beside its audio.
/// </summary>
/// <param name="before">The video before.</param>
/// <param name="frameRate">Pictures a second that it had, 0 when not known.</param>
internal sealed class BlackTrack(VideoConfiguration before, double frameRate)
{
    private const double UsualFrameRate = 25;
    private const double GroupSeconds = 2;

    // A rate at which browsers and the level that the pictures claim are at ease.
    private readonly double _frameRate = frameRate is >= 10 and <= 30.5 ? frameRate : UsualFrameRate;
    private readonly BlackPictures _pictures = new(before);
    private uint _origin;
    private uint _next;
    private long _index;
    private bool _hasBegun;

    public VideoConfiguration Configuration => _pictures.Configuration;

    /// <summary>The next picture that is to be shown by the time that the audio has come to; false when there is none.</summary>
    public bool TryTake(uint untilMs, out Frame picture)
    {
        picture = default;
        var ahead = unchecked((int)(untilMs - _next));
        if (!_hasBegun || Math.Abs(ahead) > FrameClock.JumpForwardMs)
        {
            (_hasBegun, _origin, _next, _index, ahead) = (true, untilMs, untilMs, 0, 0); // The clock begins, or has jumped.
        }

        if (ahead < 0)
        {
            return false;
        }

        var inGroup = (int)(_index++ % (long)Math.Round(_frameRate * GroupSeconds));
        picture = new Frame(TrackKind.Video, _next, CompositionOffsetMs: 0, IsSync: inGroup == 0, _pictures.Picture(inGroup));
        _next = unchecked(_origin + (uint)(long)Math.Round(_index * 1000 / _frameRate));
        return true;
    }
}
