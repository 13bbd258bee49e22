using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// The tee behind the <see cref="Pipeline.Timelines.Segmenter"/>. Samples are borrowed for the call, so what they become is made within it: the packagers copy them into
/// parts, which go on as <see cref="SourceMedia"/>, and the rungs into their transcoder's queue, which refuses rather than waits.
/// </summary>
internal sealed class SourceOutput : SegmenterOutput
{
    private readonly SegmentationOptions _options;
    private readonly RungBranch _rungs;
    private readonly ImmutableArray<SourceChange>.Builder _changes = ImmutableArray.CreateBuilder<SourceChange>();
    private readonly Track _video = new(RenditionNames.Source);
    private readonly Track _audio = new(RenditionNames.Audio);

    public SourceOutput(SegmentationOptions options, TimeProvider time, RungBranch rungs)
    {
        _options = options;
        _rungs = rungs;
        Segmenter = new Segmenter(options, time, this);
    }

    /// <summary>What calls this.</summary>
    public Segmenter Segmenter { get; }

    /// <summary>Goes on after <paramref name="point"/>, once and before anything else: <see cref="Take"/> has what ends the segments that were growing.</summary>
    public void GoOn(ResumePoint point)
    {
        GoOn(_video, point.Video);
        GoOn(_audio, point.Audio);
        foreach (var boundary in point.Boundaries.Where(
            boundary => boundary.MediaSequence >= (point.Video?.NextSequence ?? point.Newest.MediaSequence)))
        {
            _video.Packager?.BeginSegment(boundary, boundary.DecodeTime); // Known by others alone: there is no picture of it.
        }

        Segmenter.GoOn(point);
    }

    public override void BeginSegment(SegmentBoundary boundary)
    {
        _changes.Add(new SourceChange.SegmentBegan(boundary, Segmenter.Period!));
        if (Segmenter.VideoConfiguration is { } video)
        {
            _video.Packager?.EndSegment(boundary.DecodeTime);
            Use(_video, video, Segmenter.FrameDuration);
            _video.Packager!.BeginSegment(boundary, boundary.DecodeTime);
            _rungs.PartTarget = _video.PartTarget;
            _rungs.BeginSegment(boundary, video, Segmenter.IsOnGrid);
        }
    }

    public override void BeginAudioSegment(SegmentBoundary boundary, long decodeTime)
    {
        var configuration = Segmenter.AudioConfiguration!;
        if (_audio.Packager is { } before)
        {
            // After a change of sampling rate, decodeTime is not on the old track's clock; its own end is.
            before.EndSegment(configuration.Matches(before.Configuration) ? decodeTime : before.End);
        }

        Use(_audio, configuration, TimeSpan.FromSeconds(AudioConfiguration.SamplesPerFrame / (double)configuration.Timescale));
        _audio.Packager!.BeginSegment(boundary, decodeTime);
    }

    public override void Video(in Sample sample, long duration)
    {
        _video.Packager!.Add(sample, duration);
        _rungs.Video(sample, duration, Segmenter.ReorderDelayMs, Segmenter.VideoConfiguration!, Segmenter.IsOnGrid);
    }

    public override void Audio(in Sample sample, long duration) => _audio.Packager?.Add(sample, duration);

    public override void EndSegment(long videoEnd, long audioEnd)
    {
        _video.Packager?.EndSegment(videoEnd);
        _audio.Packager?.EndSegment(audioEnd);
        _rungs.EndSegment(videoEnd);
    }

    /// <summary>Lets the broadcast be looked at, which a second that passed, or a publisher, is reason for.</summary>
    public void Look() => _changes.Add(new SourceChange.LookedAt(Math.Round(Segmenter.FrameRate, 2)));

    /// <summary>What has been made since it was last asked, null for nothing.</summary>
    public SourceMedia? Take() => _changes.Count == 0 ? null : new SourceMedia(_changes.DrainToImmutable());

    /// <summary>Gives up the parts that are growing.</summary>
    public void Abandon()
    {
        _video.Packager?.Abandon();
        _audio.Packager?.Abandon();
    }

    private void Use(Track track, TrackConfiguration configuration, TimeSpan frameDuration)
    {
        if (configuration.Matches(track.Packager?.Configuration))
        {
            return;
        }

        if (track.Packager is null)
        {
            track.PartTarget = _options.PartTargetFor(frameDuration); // It stays what it was at first.
        }

        _changes.Add(new SourceChange.Configured(track.Name, configuration, track.PartTarget));
        track.Packager = Packager(track, configuration);
    }

    private void GoOn(Track track, TrackPoint? begun)
    {
        if (begun is null)
        {
            return;
        }

        track.PartTarget = begun.PartTarget;
        track.Packager = Packager(track, begun.Configuration);
        if (begun is { Open: { } open, IsOpenItsOwn: true })
        {
            track.Packager.GoOn(open);
        }
        else if (begun.Open is { } last)
        {
            Add(track, new PackagedMedia.SegmentEnded(last.Boundary, last.DecodeTime, last.Duration));
        }
    }

    private CmafPackager Packager(Track track, TrackConfiguration configuration) =>
        new(configuration, track.PartTarget, media => Add(track, media));

    private void Add(Track track, PackagedMedia media) => _changes.Add(new SourceChange.Packaged(track.Name, media));

    private sealed class Track(string name)
    {
        public string Name => name;

        public TimeSpan PartTarget { get; set; }

        public CmafPackager? Packager { get; set; }
    }
}
