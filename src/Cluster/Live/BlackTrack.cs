using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Live;

/// <summary>
/// Stands in for the video of a publication that has audio alone, in a broadcast that had video before: whoever watches it hears
/// the audio, with a black picture. Runs on the publisher's clock, beside its audio.
/// </summary>
internal sealed class BlackTrack(VideoConfiguration before)
{
    // Eight pictures fill a part of a third of a second; a key frame every two seconds.
    private const int IntervalMs = 40;
    private const int GroupLength = 50;

    private readonly BlackPictures _pictures = new(before);
    private uint _next;
    private int _index;
    private bool _hasBegun;

    public VideoConfiguration Configuration => _pictures.Configuration;

    /// <summary>The next picture that is to be shown by the time that the audio has come to; false when there is none.</summary>
    public bool TryTake(uint untilMs, out Frame picture)
    {
        picture = default;
        var ahead = unchecked((int)(untilMs - _next));
        if (!_hasBegun || Math.Abs(ahead) > FrameClock.JumpForwardMs)
        {
            (_hasBegun, _next, ahead) = (true, untilMs, 0); // The clock begins, or has jumped.
        }

        if (ahead < 0)
        {
            return false;
        }

        picture = new Frame(
            TrackKind.Video, _next, CompositionOffsetMs: 0, IsSync: _index == 0, _pictures.Picture(_index));
        _next = unchecked(_next + IntervalMs);
        _index = (_index + 1) % GroupLength;
        return true;
    }
}
