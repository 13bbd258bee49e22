using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>A sample that the segmenter gave out.</summary>
internal sealed record PlacedSample(long DecodeTime, long Duration, long PresentationTime, bool IsSync, bool IsSilence)
{
    public long End => DecodeTime + Duration;
}

/// <summary>A segment that the segmenter made: what it gave out between two boundaries.</summary>
internal sealed class SourceSegment(SegmentBoundary boundary, uint audioTimescale)
{
    public SegmentBoundary Boundary => boundary;

    public List<PlacedSample> Video { get; } = [];

    public List<PlacedSample> Audio { get; } = [];

    /// <summary>Decode time that its audio was begun with, null while it was not.</summary>
    public long? AudioBegin { get; set; }

    public uint AudioTimescale => audioTimescale;

    public long? End { get; set; }

    public double Seconds => (End!.Value - Boundary.DecodeTime) / (double)MediaClock.TicksPerSecond;
}

/// <summary>
/// A segmenter with its output recorded. The wall clock goes on with the frames' own time, at a speed that can be set.
/// </summary>
internal sealed class SegmentedSource : SegmenterOutput
{
    private readonly Queue<SourceSegment> _withoutAudio = new();
    private SourceSegment? _audioSegment;

    public SegmentedSource(SegmentationOptions? options = null)
    {
        Options = options ?? new SegmentationOptions();
        Segmenter = new Segmenter(Options, Time, this);
    }

    public SegmentationOptions Options { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public Segmenter Segmenter { get; }

    public List<SourceSegment> Segments { get; } = [];

    public List<Period> Periods { get; } = [];

    public IEnumerable<PlacedSample> VideoSamples => Segments.SelectMany(segment => segment.Video);

    public IEnumerable<PlacedSample> AudioSamples => Segments.SelectMany(segment => segment.Audio);

    /// <summary>Decode times of the boundaries in seconds.</summary>
    public IEnumerable<double> Begins => Segments.Select(segment => Math.Round(segment.Boundary.DecodeTime / 90_000.0, 3));

    /// <summary>Publishes frames; the wall clock takes <paramref name="wallPerMedia"/> of the time that they do.</summary>
    public SegmentedSource Publish(
        IEnumerable<Frame> frames, VideoConfiguration? video, AudioConfiguration? audio, double wallPerMedia = 1)
    {
        Configure(video, audio);
        uint? previous = null;
        foreach (var frame in frames)
        {
            var step = unchecked((int)(frame.TimestampMs - (previous ?? frame.TimestampMs)));
            if (step > 0)
            {
                Time.Advance(TimeSpan.FromMilliseconds(Math.Min(step, 60_000) * wallPerMedia));
                previous = frame.TimestampMs;
            }

            previous ??= frame.TimestampMs;
            Segmenter.Add(frame);
        }

        return this;
    }

    public void Configure(VideoConfiguration? video, AudioConfiguration? audio)
    {
        if (video is not null)
        {
            Segmenter.Configure(video);
        }

        if (audio is not null)
        {
            Segmenter.Configure(audio);
        }
    }

    public SegmentedSource Leave()
    {
        Segmenter.EndPublication();
        return this;
    }

    public override void BeginSegment(SegmentBoundary boundary)
    {
        if (Segments is [.., { End: null } last])
        {
            last.End = boundary.DecodeTime;
        }

        if (Periods is [.., var period] && period.Index == boundary.Period)
        {
            Periods[^1] = Segmenter.Period!;
        }
        else
        {
            Periods.Add(Segmenter.Period!);
        }

        var segment = new SourceSegment(boundary, Segmenter.AudioConfiguration?.Timescale ?? 0);
        Segments.Add(segment);
        _withoutAudio.Enqueue(segment);
    }

    public override void BeginAudioSegment(SegmentBoundary boundary, long decodeTime)
    {
        do
        {
            _audioSegment = _withoutAudio.Dequeue();
        }
        while (_audioSegment.Boundary != boundary);

        _audioSegment.AudioBegin = decodeTime;
    }

    public override void Video(in Sample sample, long duration) => Segments[^1].Video.Add(
        new(sample.DecodeTime, duration, sample.PresentationTime, sample.IsSync, false));

    public override void Audio(in Sample sample, long duration) => _audioSegment!.Audio.Add(
        new(sample.DecodeTime, duration, sample.PresentationTime, sample.IsSync, sample.Data.Length > 3));

    public override void EndSegment(long videoEnd, long audioEnd)
    {
        Segments[^1].End = videoEnd;
        AudioEnds.Add(audioEnd);
    }

    /// <summary>Ends of the audio as given with each <see cref="EndSegment"/>.</summary>
    public List<long> AudioEnds { get; } = [];
}
