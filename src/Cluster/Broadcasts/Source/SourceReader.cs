using Streaming.Pipeline.Codecs.Aac;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// Reads one publisher's tags into the segmenter. At first it holds them until they come at their own pace, it is known how
/// long pictures last, and both tracks have shown themselves, or long enough has passed to believe that there is only one.
/// </summary>
/// <remarks>
/// Players never look again for a track that was not there when they came. So a broadcast keeps the tracks that it has, whatever
/// its publishers bring: silence stands in for audio (also where metadata promises some, which may come late), a black picture
/// for video.
/// </remarks>
/// <param name="segmenter">Where frames go.</param>
/// <param name="time">The clock.</param>
/// <param name="promotion">Changes pictures for viewers who would not see any; null for none.</param>
internal sealed class SourceReader(Segmenter segmenter, TimeProvider time, EntryPromotion? promotion = null)
{
    /// <summary>How long a track may keep the other waiting.</summary>
    public static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(1);

    private const int OpeningTagsMax = 1024;
    private const long OpeningBytesMax = 16 * 1024 * 1024;

    private readonly FlvDemuxer _demuxer = new();
    private readonly OpeningPace _pace = new(time);
    private readonly OpeningPictures _pictures = new();
    private readonly Queue<FlvTag> _opening = new();
    private readonly long _openedAt = time.GetTimestamp();
    private long _openingBytes;
    private (TrackKind Track, uint TimestampMs)? _beginsAt;
    private bool _hasEntry;
    private bool _hasPictures;
    private bool _isOpen;
    private BlackTrack? _black;

    // Tags that are held are read again when they are passed on: what was counted of them then is not counted twice.
    private FlvCounts _countedAgain;

    /// <summary>What the encoder calls itself.</summary>
    public string? Encoder => _demuxer.Metadata?.Encoder;

    /// <summary>The video that the publisher sends, null before decoding can begin.</summary>
    public VideoConfiguration? Video => _hasEntry ? _demuxer.Video : null;

    /// <summary>The audio that the publisher sends, null without any.</summary>
    public AudioConfiguration? Audio => _demuxer.Audio;

    /// <summary>Key frames are made of what is none.</summary>
    public bool IsPromoting => promotion?.IsActive == true;

    /// <summary>Of the newest recovery point, null without; see <see cref="Frame.RecoveryFrames"/>.</summary>
    public int? RecoveryFrames { get; private set; }

    /// <summary>Tags read.</summary>
    public long Tags { get; private set; }

    /// <summary>Packets that were not passed on, or not as they came.</summary>
    public FlvCounts Packets => _demuxer.Counts - _countedAgain;

    /// <summary>Bytes read.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a tag, its ownership included.</summary>
    /// <exception cref="UnsupportedCodecException">The publisher sends what the platform does not take.</exception>
    public void Read(FlvTag tag)
    {
        Tags++;
        Bytes += tag.Body.Length;
        var content = _demuxer.Read(tag, out var frame);
        if (_isOpen)
        {
            Pass(content, frame);
            tag.Release();
            return;
        }

        if (!content.HasFlag(FlvContent.Frame))
        {
            tag.Release();
        }
        else
        {
            _pace.Arrived(frame.Track, frame.TimestampMs);
            if (frame.Track == TrackKind.Video)
            {
                _hasPictures = true;
                _pictures.Arrived(frame.TimestampMs);
            }

            if (!_hasEntry && frame is { Track: TrackKind.Video, IsEntry: true })
            {
                (_hasEntry, _beginsAt) = (true, (frame.Track, frame.TimestampMs));
            }

            _beginsAt ??= (frame.Track, frame.TimestampMs);
            _opening.Enqueue(tag);
            _openingBytes += tag.Body.Length;
        }

        OpenIfDue();
    }

    /// <summary>Opens when the time is up.</summary>
    public void OpenIfDue()
    {
        if (_isOpen)
        {
            return;
        }

        var isComplete = _hasEntry && _demuxer.Audio is not null && _pace.IsSettled
            && (_pictures.IsMeasured || _demuxer.Video is { DeclaredFrameRate: > 0 });
        var isLate = _opening.Count > 0 && time.GetElapsedTime(_openedAt) >= OpeningTimeout;
        if (isComplete || isLate || _opening.Count > OpeningTagsMax || _openingBytes > OpeningBytesMax)
        {
            Open();
        }
    }

    /// <summary>Gives back what it still holds.</summary>
    public void Close()
    {
        while (_opening.TryDequeue(out var tag))
        {
            tag.Release();
        }
    }

    private void Open()
    {
        _isOpen = true;
        segmenter.BeginPublication(
            _beginsAt is { } first ? _pace.HeldUp(first.Track, first.TimestampMs) : TimeSpan.Zero,
            _pace.Skew,
            _pictures.FrameDuration(_demuxer.Video?.DeclaredFrameRate ?? 0));
        if (_hasEntry)
        {
            TakeVideo();
        }
        else if (!_hasPictures && segmenter.VideoConfiguration is { } before)
        {
            _black = new BlackTrack(before, segmenter.FrameRate);
            segmenter.Configure(_black.Configuration);
        }

        if (_demuxer.Audio is { } audio)
        {
            segmenter.Configure(audio);
        }

        var counted = _demuxer.Counts;
        while (_opening.TryDequeue(out var tag))
        {
            Pass(_demuxer.Read(tag, out var frame), frame);
            tag.Release();
        }

        _countedAgain = _demuxer.Counts - counted;
    }

    /// <summary>A picture at which decoding can begin has come, or is the next.</summary>
    private void TakeVideo()
    {
        (_hasEntry, _black) = (true, null);
        segmenter.Configure(_demuxer.Video!);
        if (_demuxer.Audio is null)
        {
            segmenter.AwaitAudio(PromisedAudio());
        }
    }

    /// <summary>Silence of the audio that the publisher speaks of and has not sent, null where it speaks of none.</summary>
    private AudioConfiguration? PromisedAudio() => _demuxer.Metadata is { PromisesAudio: true } metadata
        ? AudioSpecificConfig.Stereo(metadata.AudioSampleRate).ToConfiguration()
        : null;

    private void Pass(FlvContent content, Frame frame)
    {
        if (content.HasFlag(FlvContent.AudioConfiguration))
        {
            segmenter.Configure(_demuxer.Audio!);
        }

        if (!content.HasFlag(FlvContent.Frame))
        {
            return;
        }

        if (frame is { Track: TrackKind.Video, IsEntry: true })
        {
            // Only here: a video track that is announced and never comes must not keep the audio waiting.
            TakeVideo();
            RecoveryFrames = frame.RecoveryFrames ?? RecoveryFrames;
        }

        if (frame.Track == TrackKind.Video && promotion?.Takes(ref frame, segmenter.IsOnGrid) == false)
        {
            return;
        }

        if (_black is not null)
        {
            if (frame.Track == TrackKind.Video)
            {
                return; // Before decoding can begin.
            }

            while (_black.TryTake(frame.TimestampMs, out var picture))
            {
                segmenter.Add(picture);
            }
        }

        segmenter.Add(frame);
        while (_demuxer.TryReadMore(out var more))
        {
            segmenter.Add(more);
        }
    }
}
