using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Live;

/// <summary>
/// Reads one publisher's tags into the segmenter. At first it holds them until they come at their own pace, it is known how
/// long pictures last, and both tracks have shown themselves, or long enough has passed to believe that there is only one: metadata is never
/// believed.
/// </summary>
internal sealed class SourceReader(Segmenter segmenter, TimeProvider time)
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
    private bool _hasSync;
    private bool _isOpen;

    /// <summary>What the encoder calls itself.</summary>
    public string? Encoder => _demuxer.Metadata?.Encoder;

    /// <summary>Bytes read.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a tag, its ownership included.</summary>
    /// <exception cref="UnsupportedCodecException">The publisher sends what the platform does not take.</exception>
    public void Read(FlvTag tag)
    {
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
                _pictures.Arrived(frame.TimestampMs);
            }

            if (!_hasSync && frame is { Track: TrackKind.Video, IsSync: true })
            {
                (_hasSync, _beginsAt) = (true, (frame.Track, frame.TimestampMs));
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

        var isComplete = _hasSync && _demuxer.Audio is not null && _pace.IsSettled
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
        if (_hasSync && _demuxer.Video is { } video)
        {
            segmenter.Configure(video);
        }

        if (_demuxer.Audio is { } audio)
        {
            segmenter.Configure(audio);
        }

        while (_opening.TryDequeue(out var tag))
        {
            Pass(_demuxer.Read(tag, out var frame), frame);
            tag.Release();
        }
    }

    private void Pass(FlvContent content, in Frame frame)
    {
        if (content.HasFlag(FlvContent.AudioConfiguration))
        {
            segmenter.Configure(_demuxer.Audio!);
        }

        if (!content.HasFlag(FlvContent.Frame))
        {
            return;
        }

        if (frame is { Track: TrackKind.Video, IsSync: true })
        {
            // Only here: a video track that is announced and never comes must not keep the audio waiting.
            segmenter.Configure(_demuxer.Video!);
        }

        segmenter.Add(frame);
        while (_demuxer.TryReadMore(out var more))
        {
            segmenter.Add(more);
        }
    }
}
