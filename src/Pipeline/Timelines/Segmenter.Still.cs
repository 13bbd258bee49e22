using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <content>Pauses of the pictures in which sound goes on: what was shown last is shown on.</content>
/// <remarks>
/// Browsers play sound only where there is a picture, so that a hole in the video would take the sound along.
/// </remarks>
public sealed partial class Segmenter
{
    /// <summary>
    /// How far pictures that stand in stay behind the audio. One that comes late after a pause is still shown after them: video comes
    /// no later than this behind its audio, or the two have been aligned by their arrival.
    /// </summary>
    public static readonly TimeSpan StillDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Pictures that stand in last no longer than this, and no longer than those of the publisher.</summary>
    public static readonly TimeSpan StillDurationMax = TimeSpan.FromMilliseconds(250);

    /// <summary>Pictures may be this far apart, however slow they are: shorter pauses are bridged.</summary>
    public static readonly TimeSpan StandstillMin = TimeSpan.FromSeconds(2);

    private static readonly long StillDelayMs = (long)StillDelay.TotalMilliseconds;
    private static readonly double StillTicksMax = StillDurationMax.TotalMilliseconds * MediaClock.TicksPerMs;

    private StillPictures? _still;
    private long _shownSyncAt;

    /// <summary>No picture has come for a second of audio, whatever the timestamps say.</summary>
    private bool VideoStandsStill => HasHeard(SkewMax);

    private bool HasHeard(TimeSpan audio) => _audio is not null
        && _soundsSincePicture * Media.AudioConfiguration.SamplesPerFrame >= audio.TotalSeconds * _audio.Timescale;

    /// <summary>
    /// Repeats the last picture up to <paramref name="until"/> (90 kHz ticks), if the video stands still and lets it be repeated. An IDR
    /// picture is itself repeated from time to time, for who comes meanwhile.
    /// </summary>
    private void ShowLastPicture(long until)
    {
        if (!HasHeard(StandstillMin) || _still?.Picture is not { } repetition)
        {
            return;
        }

        var duration = StillTicks();
        while (_videoClock.Next + duration <= until)
        {
            if (_still.Idr is null)
            {
                _cutter.GoOnWithoutSync();
            }

            // Shown at whole milliseconds, as the publisher's are: the transcoder knows no others.
            var begin = _videoClock.Next;
            var ms = (begin + MediaClock.TicksPerMs - 1) / MediaClock.TicksPerMs;
            var clock = ms * MediaClock.TicksPerMs;
            var idr = clock - _shownSyncAt >= _target ? _still.Idr : null;
            (_videoMs, _leadSinceMs) = (ms, null);
            _shownSyncAt = idr is null ? _shownSyncAt : clock;
            Place(new Frame(TrackKind.Video, 0, 0, IsSync: idr is not null, idr ?? repetition), clock, clock, begin + duration);
        }
    }

    /// <summary>As long as the publisher's pictures last; where these go by what the stream declares, exactly as long as that.</summary>
    private long StillTicks()
    {
        var measured = _videoClock.FrameDuration;
        var declared = _video!.DeclaredFrameRate > 0 ? MediaClock.TicksPerSecond / _video.DeclaredFrameRate : measured;
        var duration = Math.Abs(declared - measured) < measured * 0.05 ? declared : measured;
        return (long)(duration > 0 ? Math.Min(duration, StillTicksMax) : StillTicksMax);
    }
}
