using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Live;

/// <summary>
/// One broadcast from its first picture to its last: gives the source's samples to the packagers and to the ladder, puts
/// what comes back on the timeline, and publishes a snapshot of it. Called on its channel's loop alone; what readers see
/// (<see cref="Snapshot"/>, <see cref="Media"/>) is safe from anywhere.
/// </summary>
public sealed partial class Broadcast : SegmenterOutput, IAsyncDisposable
{
    /// <summary>Name of the rendition that is passed through as the publisher sent it.</summary>
    public const string SourceName = "source";

    /// <summary>Name of the audio that all video renditions share.</summary>
    public const string AudioName = "audio";

    private readonly BroadcastOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LiveInstruments? _instruments;
    private readonly SegmentArchive _archive;
    private readonly BroadcastRecording? _recording;
    private readonly TaskCompletionSource _retired = new();
    private readonly Task _archiving;
    private readonly BoundaryLog _boundaries;
    private readonly ConcurrentDictionary<string, TimelineSignal> _signals = new(StringComparer.Ordinal);
    private LiveRendition? _source;
    private LiveRendition? _audio;
    private CmafPackager? _sourcePackager;
    private CmafPackager? _audioPackager;
    private ImmutableArray<Period> _periods = [];
    private DateTimeOffset _startedAt;
    private long _version;
    private bool _isDirty;
    private volatile BroadcastSnapshot? _snapshot;

    internal Broadcast(
        string id,
        BroadcastOptions options,
        IMediaStorage storage,
        BroadcastRecording? recording,
        Func<RungMedia, CancellationToken, ValueTask> rungMedia,
        Action<int, TranscodeResult> runEnded,
        TimeProvider time,
        ILogger logger,
        LiveInstruments? instruments = null)
    {
        Id = id;
        _options = options;
        _boundaries = new BoundaryLog(options.Segments.Window);
        _time = time;
        _logger = logger;
        _instruments = instruments;
        Media = new LiveMedia(id, storage);
        Segmenter = new Segmenter(options.Segments, time, this);
        _recording = recording?.IsKept == true ? recording : null;
        _archive = new SegmentArchive(Media, storage, logger, recording, time, instruments?.Broadcasts);
        _archiving = _archive.RunAsync(_retired.Task);
        _ladder = new Ladder(options.Ladder, options.Segments, rungMedia, runEnded, time, logger, instruments?.Transcoders);
    }

    /// <summary>Unique, a path segment.</summary>
    public string Id { get; }

    /// <summary>Its files.</summary>
    public LiveMedia Media { get; }

    /// <summary>Its timeline, null before the first segment begins.</summary>
    public BroadcastSnapshot? Snapshot => _snapshot;

    /// <summary>No segment will be added.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Tells when the timeline of a rendition changes, or the broadcast ends.</summary>
    public TimelineSignal SignalOf(string rendition) => _signals.GetOrAdd(rendition, static _ => new TimelineSignal());

    internal Segmenter Segmenter { get; }

    /// <summary>Segments that wait for storage. Safe from anywhere, as <see cref="TranscoderBacklog"/> is.</summary>
    internal int Unarchived => _archive.Waiting;

    /// <summary>Bytes that the transcoder has not taken.</summary>
    internal long TranscoderBacklog => _ladder.BacklogBytes;

    /// <summary>How much of what was asked for viewers get, and why not all of it.</summary>
    internal Quality Quality
    {
        get
        {
            if (_periods.IsEmpty)
            {
                return new(QualityLevel.SourceOnly, "The broadcast is only beginning.");
            }

            var ladder = _ladder.Quality;
            return _archive.Trouble is not { } trouble ? ladder
                : ladder.Level == QualityLevel.Full ? new(QualityLevel.Reduced, trouble)
                : ladder with { Reason = $"{ladder.Reason} {trouble}" };
        }
    }

    /// <summary>Transcoded qualities are on offer, or will be in a moment.</summary>
    internal bool HasRungs => _ladder.IsPromising || _rungs.Exists(static rung => rung.Timeline.IsOffered);

    public override void BeginSegment(SegmentBoundary boundary)
    {
        _isDirty = true;
        var period = Segmenter.Period!;
        if (_periods is [.., var newest] && newest.Index == period.Index)
        {
            _periods = _periods.SetItem(_periods.Length - 1, period); // Its segments' duration may have become known.
        }
        else
        {
            _periods = _periods.Add(period);
            BeginRecordedPeriod(period);
        }

        if (boundary.MediaSequence == 0)
        {
            _startedAt = period.At(0);
        }

        _boundaries.Add(boundary);
        if (Segmenter.VideoConfiguration is { } video)
        {
            _sourcePackager?.EndSegment(boundary.DecodeTime);
            Use(video, ref _source, ref _sourcePackager, SourceName);
            _sourcePackager!.BeginSegment(boundary, boundary.DecodeTime);
            _ladder.PartTarget = _source!.Timeline.PartTarget;
            BeginSegmentOfRungs(boundary, video);
            OfferSource();
        }

        CatchUpRungs(boundary.MediaSequence - BehindMax);
        Trim();
    }

    public override void BeginAudioSegment(SegmentBoundary boundary, long decodeTime)
    {
        _isDirty = true;
        if (_audioPackager is not null)
        {
            // After a change of sampling rate, decodeTime is not on the old track's clock; its own end is.
            _audioPackager.EndSegment(
                Segmenter.AudioConfiguration!.Matches(_audioPackager.Configuration) ? decodeTime : _audioPackager.End);
        }

        Use(Segmenter.AudioConfiguration!, ref _audio, ref _audioPackager, AudioName);
        _audioPackager!.BeginSegment(boundary, decodeTime);
    }

    public override void Video(in Sample sample, long duration)
    {
        _sourcePackager!.Add(sample, duration);
        FeedRungs(sample, duration);
    }

    public override void Audio(in Sample sample, long duration) => _audioPackager?.Add(sample, duration);

    public override void EndSegment(long videoEnd, long audioEnd)
    {
        _isDirty = true;
        _sourcePackager?.EndSegment(videoEnd);
        _audioPackager?.EndSegment(audioEnd);
        EndSegmentOfRungs(videoEnd);
    }

    /// <summary>About once a second.</summary>
    internal void Tick()
    {
        LookAtRungs();
        if (_source is not null)
        {
            _source.Timeline.FrameRate = Math.Round(Segmenter.FrameRate, 2);
            OfferSource();
        }

        _isDirty = true;
    }

    /// <summary>Makes what has changed visible to readers.</summary>
    internal void Publish()
    {
        if (!_isDirty || _periods.IsEmpty)
        {
            return;
        }

        _isDirty = false;
        var previous = _snapshot;
        var snapshot = new BroadcastSnapshot
        {
            Id = Id,
            StartedAt = _startedAt,
            TargetDuration = _options.Segments.Limit,
            PartTarget = Renditions().Select(static rendition => rendition.Timeline.PartTarget)
                .DefaultIfEmpty(_options.Segments.PartTarget).Max(),
            Renditions = [.. Renditions().Select(rendition => rendition.Timeline.Snapshot())],
            Periods = _periods,
            IsEnded = IsEnded,
            PublishedAt = _time.GetUtcNow(),
            Version = ++_version,
        };
        _snapshot = snapshot;
        foreach (var rendition in snapshot.Renditions)
        {
            if (IsEnded || !ReferenceEquals(previous?.Find(rendition.Name), rendition))
            {
                SignalOf(rendition.Name).Pulse();
            }
        }
    }

    /// <summary>The timeline is final.</summary>
    internal void End()
    {
        IsEnded = true;
        _isDirty = true;
        if (_boundaries.Newest is { } last)
        {
            CatchUpRungs(last.MediaSequence);
        }

        _archive.Complete();
        Publish();
    }

    /// <summary>Lets go of everything: memory, the transcoder, and what is in storage unless it is a recording.</summary>
    public async ValueTask DisposeAsync()
    {
        // Memory first, which nothing can hold up; neither of what is waited for can hold up the other.
        Media.Clear();
        _sourcePackager?.Abandon();
        _audioPackager?.Abandon();
        _archive.Complete();
        _retired.TrySetResult();
        await Task.WhenAll(StopRungsAsync(), _archiving).ConfigureAwait(false);
    }

    /// <summary>
    /// A source that browsers cannot decode is not for new viewers while rungs are made of it: who comes before the first of them waits
    /// for it.
    /// </summary>
    private void OfferSource() => _source!.Timeline.IsOffered =
        _source.Timeline.Configuration is VideoConfiguration { IsWidelyDecoded: true } || !_ladder.IsPromising;

    private IEnumerable<LiveRendition> Renditions()
    {
        if (_source is not null)
        {
            yield return _source;
        }

        foreach (var rung in _rungs)
        {
            yield return rung;
        }

        if (_audio is not null)
        {
            yield return _audio;
        }
    }

    private LiveRendition New(string name, TrackConfiguration configuration, TimeSpan partTarget) =>
        new(name, configuration, partTarget, Media, _archive, _recording, _options);

    /// <summary>The part target of a track of the source, as its frames are long. It stays what it was at first.</summary>
    private TimeSpan PartTargetOf(TrackConfiguration configuration) => _options.Segments.PartTargetFor(
        configuration.Kind == TrackKind.Video
            ? Segmenter.FrameDuration
            : TimeSpan.FromSeconds(AudioConfiguration.SamplesPerFrame / (double)configuration.Timescale));

    private void Use<T>(T configuration, ref LiveRendition? rendition, ref CmafPackager? packager, string name)
        where T : TrackConfiguration
    {
        if (configuration.Matches(packager?.Configuration))
        {
            return;
        }

        rendition ??= New(name, configuration, PartTargetOf(configuration));
        rendition.Configure(configuration);
        var owner = rendition;
        packager = new CmafPackager(configuration, rendition.Timeline.PartTarget, media =>
        {
            _isDirty = true;
            owner.Add(media);
        });
    }

    private void Trim()
    {
        var first = _boundaries.FirstListed;
        foreach (var rendition in Renditions())
        {
            first = Math.Max(first, rendition.WindowStart);
        }

        _source?.Trim(first, _boundaries.FirstReadable);
        _audio?.Trim(first, _boundaries.FirstReadable);
        TrimRungs(first, _boundaries.FirstReadable);
        ReleaseRecording(_boundaries.FirstReadable);
        var oldest = _boundaries.Find(first)!.Period;
        if (_periods[0].Index < oldest)
        {
            _periods = _periods.RemoveAll(period => period.Index < oldest);
        }
    }
}
