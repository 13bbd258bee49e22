using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Turns the frames of a broadcast's publishers, one after another, into samples on one timeline and decides where
/// segments begin. The decision is made once, here, on the source; every rendition takes it over.
/// </summary>
/// <remarks>
/// Audio waits for video to pass it, so that the boundary it belongs to is known; where the publisher sends none, silence
/// takes its place. Single-threaded; knows no queue and no clock but the wall clock that anchors the timeline.
/// </remarks>
public sealed partial class Segmenter(SegmentationOptions options, TimeProvider time, SegmenterOutput output)
{
    /// <summary>Video is this far past the audio when silence takes the place of what did not come.</summary>
    public static readonly TimeSpan AudioPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// No picture for longer than this is a pause. Until a segment's target it is bridged, so that browsers go on decoding: the
    /// picture after it is decoded where the one before ended, and shown in its own time. A longer one that a segment cannot hold
    /// is a gap.
    /// </summary>
    public static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Audio may be this far from the video that it comes with. More than encoders leave between the two, and no more than <see
    /// cref="AudioPatience"/>.
    /// </summary>
    public static readonly TimeSpan SkewMax = TimeSpan.FromSeconds(1);

    // Of a publisher's last segment, where nothing tells how long it is.
    private const long LastTicksMin = 10 * MediaClock.TicksPerMs;

    private static readonly long SkewMaxMs = (long)SkewMax.TotalMilliseconds;
    private static readonly long AudioPatienceMs = (long)AudioPatience.TotalMilliseconds;
    private static readonly long PauseTicksMin = (long)PauseMin.TotalMilliseconds * MediaClock.TicksPerMs;

    private readonly long _target = (long)options.Target.TotalMilliseconds * MediaClock.TicksPerMs;
    private readonly long _limit = (long)options.Limit.TotalMilliseconds * MediaClock.TicksPerMs;

    // Less than any part, and more than an AAC frame at 8 kHz lasts.
    private readonly long _shortest = (long)(options.PartTarget.TotalMilliseconds * 0.4) * MediaClock.TicksPerMs;

    private readonly FrameClock _frames = new();
    private readonly SegmentCutter _cutter = new(options);
    private readonly HeldAudio _held = new();
    private readonly Queue<SegmentBoundary> _audioBoundaries = new();
    private readonly VideoClock _videoClock = new();
    private readonly WallClock _wallClock = new(time);
    private AudioClock? _audioClock;
    private VideoConfiguration? _video;
    private AudioConfiguration? _audio;
    private AudioConfiguration? _nextAudio;
    private bool _isAudioAwaited;
    private SegmentBoundary? _current;
    private bool _joined;
    private bool _isOpen;
    private bool _configurationChanged;
    private bool _videoChanged;
    private long _videoMs;
    private long _audioMs;
    private long _audioEnd;
    private long _soundsSincePicture;
    private long? _leadSinceMs;
    private long _leastLeadMs;
    private long _videoArrivedAt;
    private long _audioArrivedAt;
    private TimeSpan _skew;
    private long _leadingBefore = long.MinValue;

    /// <summary>The video track in force, null without one.</summary>
    public VideoConfiguration? VideoConfiguration => _video;

    /// <summary>The audio track in force, null without one.</summary>
    public AudioConfiguration? AudioConfiguration => _audio;

    /// <summary>IDR pictures are too far apart: segments are cut on a grid of the target duration.</summary>
    public bool IsOnGrid => _cutter.IsOnGrid;

    /// <summary>Newest distance between IDR pictures, null before the second.</summary>
    public TimeSpan? SyncInterval =>
        _cutter.SyncInterval is { } ticks ? TimeSpan.FromMilliseconds(ticks / (double)MediaClock.TicksPerMs) : null;

    /// <summary>Pictures per second as measured, 0 when not known.</summary>
    public double FrameRate => _videoClock.FrameRate;

    /// <summary>How long pictures last, zero when not known.</summary>
    public TimeSpan FrameDuration => TimeSpan.FromSeconds(_videoClock.FrameDuration / MediaClock.TicksPerSecond);

    /// <summary>How much earlier than on the timeline the publisher decodes pictures, in ms.</summary>
    public int ReorderDelayMs => _frames.ReorderDelayMs;

    /// <summary>Jumps of publishers' clocks that were joined.</summary>
    public int Jumps => _frames.Jumps;

    /// <summary>The newest period, null before the first segment and between publishers.</summary>
    public Period? Period => _wallClock.Period;

    /// <summary>
    /// Announces a track's configuration. The first one of a broadcast's beginning takes effect at once, a later one at the
    /// next segment, which becomes a discontinuity if a decoder has to be set up anew.
    /// </summary>
    public void Configure(TrackConfiguration configuration)
    {
        var current = configuration.Kind == TrackKind.Video ? (TrackConfiguration?)_video : _nextAudio ?? _audio;
        if (configuration.Matches(current))
        {
            return;
        }

        _configurationChanged |= _current is not null;
        switch (configuration)
        {
            case VideoConfiguration video:
                _video = video;
                _videoChanged = true;
                _still = StillPictures.For(video);
                break;
            case AudioConfiguration audio when _current is null:
                _audio = audio;
                break;
            case AudioConfiguration audio:
                _nextAudio = audio.Matches(_audio) ? null : audio;
                break;
        }
    }

    /// <summary>
    /// The publisher has sent no audio yet. Until it does, silence takes its place as fast as pictures come; of
    /// <paramref name="standIn"/>, if the broadcast has had no audio before.
    /// </summary>
    public void AwaitAudio(AudioConfiguration? standIn)
    {
        _isAudioAwaited = true;
        if (_audio is null && standIn is not null)
        {
            Configure(standIn);
        }
    }

    /// <summary>A publisher begins.</summary>
    /// <param name="heldUp">What it begins with would have been here this long ago, had nothing held it up.</param>
    /// <param name="skew">How much later than video's the timestamps of audio are that comes with it.</param>
    /// <param name="frameDuration">How long its pictures last, zero where that is not known.</param>
    public void BeginPublication(TimeSpan heldUp, TimeSpan skew = default, TimeSpan frameDuration = default)
    {
        _wallClock.HeldUp = heldUp;
        _skew = skew;
        if (frameDuration > TimeSpan.Zero)
        {
            _videoClock.Expect(frameDuration.TotalSeconds * MediaClock.TicksPerSecond);
        }
    }

    /// <summary>
    /// Adds a frame. Before the first picture of a publisher at which decoding can begin, nothing has a place: such frames are
    /// dropped.
    /// </summary>
    public void Add(in Frame frame)
    {
        if (!_joined && !TryJoin(frame))
        {
            return;
        }

        if (frame.Track == TrackKind.Video)
        {
            AddVideo(frame);
        }
        else
        {
            AddAudio(frame);
        }
    }

    /// <summary>The publisher went away. The segment that it was in ends; the timeline goes on with the next publisher.</summary>
    public void EndPublication()
    {
        ReleaseLastAudio();
        if (_isOpen)
        {
            FillSilence(_videoClock.Next / MediaClock.TicksPerMs);
            FillLastSegments();
            while (_audioBoundaries.TryDequeue(out var boundary))
            {
                _audioEnd = _audioClock is null ? 0 : BeginOfPassed(boundary, _audioClock.SampleRate);
                output.BeginAudioSegment(boundary, _audioEnd);
            }

            _videoClock.SkipTo(EndOfLastSegment);
            output.EndSegment(_videoClock.Next, Math.Max(_audioClock?.Next ?? 0, _audioEnd));
        }

        _isOpen = false;
        _joined = false;
        _isAudioAwaited = false;
    }

    /// <summary>How long nothing of a track had come, in ms, when it comes now.</summary>
    private long Paused(ref long arrivedAt)
    {
        var now = time.GetTimestamp();
        var paused = time.GetElapsedTime(arrivedAt, now);
        arrivedAt = now;
        return (long)paused.TotalMilliseconds;
    }

    /// <summary>Where the audio so far ends, in 90 kHz ticks; null without any.</summary>
    private long? AudioEnd => _audioClock is null
        ? null
        : MediaClock.Rescale(_audioClock.Next, _audioClock.SampleRate, MediaClock.TicksPerSecond);

    private bool TryJoin(in Frame frame)
    {
        if (_video is not null && !(frame.Track == TrackKind.Video && frame.IsEntry))
        {
            return false;
        }

        // Both tracks go on after the one that came further.
        var end = Math.Max(_videoClock.Next, AudioEnd ?? 0);
        var joinMs = (end + MediaClock.TicksPerMs - 1) / MediaClock.TicksPerMs;
        _frames.Join(frame, joinMs, (long)_skew.TotalMilliseconds);
        (_audioMs, _leadSinceMs) = (joinMs, null);
        _videoArrivedAt = _audioArrivedAt = time.GetTimestamp();
        _videoClock.SkipTo(joinMs * MediaClock.TicksPerMs);
        _audioClock?.SkipTo(MediaClock.RescaleUp(joinMs, 1000, _audioClock.SampleRate));
        _leadingBefore = frame.IsSync ? long.MinValue : joinMs * MediaClock.TicksPerMs;
        _wallClock.Join();
        _joined = true;
        return true;
    }
}
