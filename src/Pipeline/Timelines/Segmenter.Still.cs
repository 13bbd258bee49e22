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

    /// <summary>How long a repeated IDR picture is shown where no other can repeat it: it takes as many bytes as the first time.</summary>
    public static readonly TimeSpan StillIdrDuration = TimeSpan.FromSeconds(1);

    private static readonly long StillDelayMs = (long)StillDelay.TotalMilliseconds;
    private static readonly double StillTicksMax = StillDurationMax.TotalMilliseconds * MediaClock.TicksPerMs;

    private static readonly long IdrTicks = (long)StillIdrDuration.TotalMilliseconds * MediaClock.TicksPerMs;

    private StillPictures? _still;
    private long _shownSyncAt;

    /// <summary>No picture has come for a second of audio, whatever the timestamps say.</summary>
    private bool VideoStandsStill =>
        _soundsSincePicture * Media.AudioConfiguration.SamplesPerFrame >= SkewMax.TotalSeconds * _audio!.Timescale;

    /// <summary>
    /// Repeats the last picture up to where the audio is, if the stream lets it be repeated. An IDR picture is itself repeated from
    /// time to time, for who comes meanwhile.
    /// </summary>
    private void ShowLastPicture()
    {
        if (!VideoStandsStill || _still is null)
        {
            return;
        }

        var until = (_audioMs - StillDelayMs) * MediaClock.TicksPerMs;
        while (TryRepeat(_videoClock.Next, out var picture, out var duration) && _videoClock.Next + duration <= until)
        {
            var clock = _videoClock.Next;
            _videoMs = clock / MediaClock.TicksPerMs;
            _shownSyncAt = picture.IsSync ? clock : _shownSyncAt;
            if (_still.Idr is null)
            {
                _cutter.GoOnWithoutSync();
            }

            Place(picture, clock, clock, clock + duration);
        }
    }

    /// <summary>The picture that shows the last one again at <paramref name="clock"/>, and how long; false if there is none.</summary>
    private bool TryRepeat(long clock, out Frame picture, out long duration)
    {
        var repetition = _still!.Picture;
        var idr = repetition is null || clock - _shownSyncAt >= _target ? _still.Idr : null;
        picture = new Frame(TrackKind.Video, 0, 0, IsSync: idr is not null, idr ?? repetition ?? default);
        duration = repetition is null ? IdrTicks : (long)Math.Min(StillTicksMax, (_videoClock.FrameDuration > 0 ? _videoClock.FrameDuration : StillTicksMax));
        return !picture.Data.IsEmpty;
    }
}
