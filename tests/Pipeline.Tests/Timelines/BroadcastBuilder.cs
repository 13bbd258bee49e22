using System.Collections.Immutable;
using System.Globalization;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>
/// Makes snapshots of a broadcast the way its owner does: every rendition gets each segment, video at the boundary, audio
/// from the first whole frame at or after it.
/// </summary>
internal sealed class BroadcastBuilder
{
    public static readonly DateTimeOffset StartedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<Rendition> _renditions = [];
    private readonly List<Period> _periods = [];
    private long _mediaSequence;
    private long _decodeTime;
    private int _discontinuities;
    private DateTimeOffset _anchorTime = StartedAt;
    private long _anchorDecodeTime;
    private bool _ended;
    private long _version;

    public TimeSpan TargetDuration { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan PartTarget { get; init; } = TimeSpan.FromSeconds(0.5);

    public string Id { get; init; } = "b1";

    public BroadcastBuilder Video(
        string name,
        int width = 1280,
        int height = 720,
        int bitRate = 2_500_000,
        double frameRate = 30,
        bool independent = true,
        string codec = "avc1.64001f",
        (int Width, int Height)? sampleAspectRatio = null)
    {
        var configuration = new VideoConfiguration
        {
            Codec = codec,
            SampleAspectRatio = sampleAspectRatio ?? (1, 1),
            Timescale = MediaClock.TicksPerSecond,
            DecoderConfiguration = new byte[] { 1 },
            Width = width,
            Height = height,
        };
        _renditions.Add(new Rendition(name, configuration, bitRate, frameRate) { Independent = independent });
        return this;
    }

    public BroadcastBuilder Audio(uint samplingRate = 48_000, int channels = 2, int bitRate = 128_000)
    {
        _renditions.Add(new Rendition("audio", AudioOf(samplingRate, channels), bitRate, 0));
        return this;
    }

    public BroadcastBuilder Ladder() => Video("source", 1920, 1080, 6_000_000).Video("720p", 1280, 720, 1_800_000)
        .Video("480p", 854, 480, 900_000).Audio();

    /// <summary>Adds complete segments; <paramref name="gapIn"/> names a rendition that fails in them.</summary>
    public BroadcastBuilder Segments(int count, long duration = 180_000, string? gapIn = null)
    {
        for (var i = 0; i < count; i++)
        {
            var boundary = NextBoundary();
            foreach (var rendition in _renditions)
            {
                var segment = rendition.Segment(boundary, duration, PartTarget);
                rendition.Segments.Add(rendition.Name != gapIn ? segment : segment with
                {
                    IsGap = true,
                    Parts = [.. segment.Parts.Select(static part => part with { IsGap = true })],
                });
                rendition.Open = null;
            }

            _decodeTime += duration;
            _mediaSequence++;
        }

        return this;
    }

    /// <summary>Adds the parts of the next segment that fit into <paramref name="duration"/>.</summary>
    public BroadcastBuilder Growing(long duration)
    {
        var boundary = NextBoundary();
        foreach (var rendition in _renditions)
        {
            rendition.Open = rendition.WholeParts(boundary, duration, PartTarget);
        }

        return this;
    }

    /// <summary>Codec parameters change: a new initialization and a discontinuity in a new period.</summary>
    public BroadcastBuilder NewParameters(int width, int height)
    {
        foreach (var rendition in _renditions.Where(one => one.Configurations[^1] is VideoConfiguration))
        {
            var configuration = (VideoConfiguration)rendition.Configurations[^1];
            rendition.Configurations.Add(configuration with { Width = width, Height = height, Codec = "avc1.640028" });
        }

        return Discontinuity(TimeSpan.Zero);
    }

    /// <summary>The audio's sampling rate changes; its times are counted in the new samples from here on.</summary>
    public BroadcastBuilder NewSamplingRate(uint samplingRate)
    {
        _renditions.Single(one => one.Name == "audio").Configurations.Add(AudioOf(samplingRate, 2));
        return Discontinuity(TimeSpan.Zero);
    }

    /// <summary>The timeline breaks: media goes on at once, the wall clock <paramref name="outage"/> later.</summary>
    public BroadcastBuilder Discontinuity(TimeSpan outage)
    {
        _discontinuities++;
        return NewPeriod(outage);
    }

    /// <summary>The wall clock is anchored anew.</summary>
    public BroadcastBuilder NewPeriod(TimeSpan outage)
    {
        _anchorTime = Now + outage;
        _anchorDecodeTime = _decodeTime;
        _periods.Add(new Period(_periods.Count, _decodeTime, _anchorTime) { MediaSequence = _mediaSequence });
        return this;
    }

    /// <summary>The period's segments are known to be that far apart, in 90 kHz ticks.</summary>
    public BroadcastBuilder Even(long duration = 180_000)
    {
        var periods = Periods();
        periods[^1] = periods[^1] with { SegmentDuration = duration };
        return this;
    }

    public BroadcastBuilder Keep(int count)
    {
        foreach (var rendition in _renditions)
        {
            rendition.Segments.RemoveRange(0, Math.Max(0, rendition.Segments.Count - count));
        }

        return this;
    }

    public BroadcastBuilder Drop(string name)
    {
        _renditions.Single(one => one.Name == name).Offered = false;
        return this;
    }

    /// <summary>The last segment of the rendition is not there yet.</summary>
    public BroadcastBuilder Late(string name, int segments = 1)
    {
        var rendition = _renditions.Single(one => one.Name == name);
        rendition.Segments.RemoveRange(rendition.Segments.Count - segments, segments);
        return this;
    }

    public BroadcastBuilder End()
    {
        _ended = true;
        return this;
    }

    public BroadcastSnapshot Build()
    {
        var oldest = _renditions.SelectMany(one => one.Segments).Select(one => one.Boundary.Period).DefaultIfEmpty(0).Min();
        return new BroadcastSnapshot
        {
            Id = Id,
            StartedAt = StartedAt,
            TargetDuration = TargetDuration,
            PartTarget = PartTarget,
            Renditions = [.. _renditions.Select(one => one.Build(PartTarget))],
            Periods = [.. Periods().Where(period => period.Index >= oldest)],
            IsEnded = _ended,
            Version = ++_version,
            PublishedAt = Now,
        };
    }

    private DateTimeOffset Now =>
        _anchorTime.AddTicks(MediaClock.Rescale(_decodeTime - _anchorDecodeTime, MediaClock.TicksPerSecond, 10_000_000));

    private static AudioConfiguration AudioOf(uint samplingRate, int channels) => new()
    {
        Codec = "mp4a.40.2",
        Timescale = samplingRate,
        DecoderConfiguration = new byte[] { 2 },
        Channels = channels,
    };

    private List<Period> Periods()
    {
        if (_periods.Count == 0)
        {
            NewPeriod(TimeSpan.Zero);
        }

        return _periods;
    }

    private SegmentBoundary NextBoundary() => new()
    {
        MediaSequence = _mediaSequence,
        DecodeTime = _decodeTime,
        PresentationTime = _decodeTime,
        ProgramDateTime = Now,
        DiscontinuitySequence = _discontinuities,
        Period = Periods()[^1].Index,
        SourceIndependent = _renditions[0].Independent,
    };

    private sealed class Rendition(string name, TrackConfiguration configuration, int bitRate, double frameRate)
    {
        public string Name => name;

        public List<TrackConfiguration> Configurations { get; } = [configuration];

        public List<Segment> Segments { get; } = [];

        public Segment? Open { get; set; }

        public bool Independent { get; init; } = true;

        public bool Offered { get; set; } = true;

        public Segment Segment(SegmentBoundary boundary, long duration, TimeSpan partTarget)
        {
            var start = At(boundary.DecodeTime);
            var end = At(boundary.DecodeTime + duration);
            var partDuration = PartDuration(partTarget);
            var parts = ImmutableArray.CreateBuilder<Part>();
            for (var at = start; at < end; at += partDuration)
            {
                var independent = parts.Count == 0 ? Independent : configuration.Kind is TrackKind.Audio;
                parts.Add(new Part(parts.Count, at, Math.Min(partDuration, end - at), independent, 1000));
            }

            return new Segment
            {
                Boundary = boundary,
                DecodeTime = start,
                Duration = end - start,
                Initialization = Configurations.Count - 1,
                Independent = Independent,
                Length = 1000 * parts.Count,
                Parts = parts.DrainToImmutable(),
            };
        }

        public Segment? WholeParts(SegmentBoundary boundary, long duration, TimeSpan partTarget)
        {
            var segment = Segment(boundary, duration, partTarget);
            var whole = segment.Parts.RemoveAll(part => part.Duration < PartDuration(partTarget));
            return whole.IsEmpty ? null : segment with { Parts = whole, Duration = whole.Sum(static part => part.Duration) };
        }

        public RenditionSnapshot Build(TimeSpan partTarget) => new()
        {
            Name = name,
            Kind = configuration.Kind,
            Initializations = [.. Configurations],
            PartTarget = partTarget,
            Segments = [.. Segments],
            Open = Open,
            PeakBitRate = bitRate + (bitRate / 10),
            AverageBitRate = bitRate,
            FrameRate = frameRate,
            IsOffered = Offered,
        };

        private long PartDuration(TimeSpan partTarget)
        {
            var duration = (long)(partTarget.TotalSeconds * Configurations[^1].Timescale);
            return Configurations[^1] is AudioConfiguration
                ? duration - (duration % AudioConfiguration.SamplesPerFrame)
                : duration;
        }

        private long At(long decodeTime)
        {
            if (Configurations[^1] is not AudioConfiguration audio)
            {
                return decodeTime;
            }

            var samples = MediaClock.Rescale(decodeTime, MediaClock.TicksPerSecond, audio.Timescale);
            var frames = (samples + AudioConfiguration.SamplesPerFrame - 1) / AudioConfiguration.SamplesPerFrame;
            return frames * AudioConfiguration.SamplesPerFrame;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{name}: {Segments.Count}");
    }
}
