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
public sealed class Broadcast : SegmenterOutput, IAsyncDisposable
{
    /// <summary>Name of the rendition that is passed through as the publisher sent it.</summary>
    public const string SourceName = "source";

    /// <summary>Name of the audio that all video renditions share.</summary>
    public const string AudioName = "audio";

    // A rung that is this many segments behind gets gaps, so that its playlist moves on and players look elsewhere.
    private const int BehindMax = 3;

    // Media of a run that is held while the run before it finishes its last segment: some seconds of a ladder.
    private const int EarlyMax = 64;

    private readonly BroadcastOptions _options;
    private readonly TimeProvider _time;
    private readonly SegmentArchive _archive;
    private readonly BroadcastRecording? _recording;
    private readonly Ladder _ladder;
    private readonly TaskCompletionSource _retired = new();
    private readonly Task _archiving;
    private readonly BoundaryLog _boundaries;
    private readonly List<LiveRendition> _rungs = [];
    private readonly List<RungMedia> _early = [];
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
        ILogger logger)
    {
        Id = id;
        _options = options;
        _boundaries = new BoundaryLog(options.Segments.Window);
        _time = time;
        Media = new LiveMedia(id, storage);
        Segmenter = new Segmenter(options.Segments, time, this);
        _recording = recording;
        _archive = new SegmentArchive(Media, storage, logger, recording);
        _archiving = _archive.RunAsync(_retired.Task);
        _ladder = new Ladder(options.Ladder, options.Segments, rungMedia, runEnded, time, logger);
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

    internal Quality Quality => _ladder.Quality;

    internal TranscoderStatus Transcoder => _ladder.Status;

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
            _recording?.Add(period);
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
            _ladder.BeginSegment(boundary, video, Segmenter.IsOnGrid);
            OfferSource();
        }

        CatchUp(boundary.MediaSequence - BehindMax);
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
        _ladder.Video(sample, duration, Segmenter.ReorderDelayMs, Segmenter.VideoConfiguration!, Segmenter.IsOnGrid);
    }

    public override void Audio(in Sample sample, long duration) => _audioPackager?.Add(sample, duration);

    public override void EndSegment(long videoEnd, long audioEnd)
    {
        _isDirty = true;
        _sourcePackager?.EndSegment(videoEnd);
        _audioPackager?.EndSegment(audioEnd);
        _ladder.EndSegment(videoEnd);
    }

    /// <summary>Media of a rung, from a transcode session.</summary>
    internal void Add(RungMedia made)
    {
        if (_ladder.IsFinishingBefore(made.Epoch) && _early.Count < EarlyMax)
        {
            _early.Add(made);
            return;
        }

        PutEarly();
        Put(made);
    }

    internal void OnRunEnded(int epoch, TranscodeResult result)
    {
        _isDirty = true;
        _ladder.OnEnded(epoch, result);
        PutEarly();
    }

    /// <summary>About once a second.</summary>
    internal void Tick()
    {
        _ladder.Tick();
        foreach (var rung in _rungs)
        {
            rung.Timeline.FrameRate = Math.Round(Segmenter.FrameRate, 2);
            rung.Timeline.IsOffered = _ladder.Rungs.Any(offered => offered.Name == rung.Name);
        }

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
            PartTarget = _options.Segments.PartTarget,
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

    /// <summary>Nothing is with the transcoder any more.</summary>
    internal bool IsDrained => _ladder.IsDrained;

    /// <summary>The timeline is final.</summary>
    internal void End()
    {
        IsEnded = true;
        _isDirty = true;
        if (_boundaries.Newest is { } last)
        {
            CatchUp(last.MediaSequence);
        }

        _archive.Complete();
        Publish();
    }

    /// <summary>Lets go of everything: memory, the transcoder, and what is in storage unless it is a recording.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ladder.StopAsync().ConfigureAwait(false);
        _ladder.Dispose();
        _sourcePackager?.Abandon();
        _audioPackager?.Abandon();
        Media.Clear();
        _archive.Complete();
        _retired.TrySetResult();
        await _archiving.ConfigureAwait(false);
    }

    /// <summary>
    /// A source that browsers cannot decode is not for new viewers while rungs are made of it: who comes before the first of them waits
    /// for it.
    /// </summary>
    private void OfferSource() => _source!.Timeline.IsOffered =
        _source.Timeline.Configuration is VideoConfiguration { IsWidelyDecoded: true } || !_ladder.IsPromising;

    /// <summary>Puts what was held, in order, as far as nothing holds it any more.</summary>
    private void PutEarly()
    {
        var early = _early.ToArray();
        _early.Clear();
        foreach (var made in early)
        {
            if (early.Length < EarlyMax && _ladder.IsFinishingBefore(made.Epoch))
            {
                _early.Add(made);
            }
            else
            {
                Put(made);
            }
        }
    }

    private void Put(RungMedia made)
    {
        foreach (var media in made.Media)
        {
            Put(made, media);
        }
    }

    private void Put(RungMedia made, PackagedMedia media)
    {
        var sequence = media.Boundary.MediaSequence;
        var rendition = _rungs.Find(rung => rung.Name == made.Rung.Name);
        if (!_ladder.Wants(made.Epoch, sequence) || (rendition?.Timeline.NextSequence ?? sequence) > sequence)
        {
            return; // Of a run that was replaced, or too late.
        }

        _isDirty = true;
        if (rendition is null)
        {
            rendition = New(made.Rung.Name, made.Configuration);
            _rungs.Add(rendition);
            _rungs.Sort((a, b) => Height(b).CompareTo(Height(a)));
        }

        FillGaps(rendition, sequence);
        rendition.Configure(made.Configuration);
        rendition.Add(media);
    }

    private static int Height(LiveRendition rendition) => ((VideoConfiguration)rendition.Timeline.Configuration).Height;

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

    private LiveRendition New(string name, TrackConfiguration configuration) =>
        new(name, configuration, Media, _archive, _recording, _options);

    private void Use<T>(T configuration, ref LiveRendition? rendition, ref CmafPackager? packager, string name)
        where T : TrackConfiguration
    {
        if (configuration.Matches(packager?.Configuration))
        {
            return;
        }

        rendition ??= New(name, configuration);
        rendition.Configure(configuration);
        var owner = rendition;
        packager = new CmafPackager(configuration, _options.Segments.PartTarget, media =>
        {
            _isDirty = true;
            owner.Add(media);
        });
    }

    /// <summary>Gives a rendition gaps in place of what it lacks before <paramref name="untilSequence"/>.</summary>
    private void FillGaps(LiveRendition rendition, long untilSequence)
    {
        while (rendition.Timeline.NextSequence is { } next && next < untilSequence
            && _boundaries.Find(next) is { } boundary && _boundaries.Find(next + 1) is { } end)
        {
            rendition.AddGap(boundary, end.DecodeTime - boundary.DecodeTime);
        }
    }

    private void CatchUp(long untilSequence)
    {
        foreach (var rung in _rungs)
        {
            FillGaps(rung, untilSequence);
        }
    }

    private void Trim()
    {
        var first = _boundaries.FirstListed;
        foreach (var rendition in Renditions())
        {
            first = Math.Max(first, rendition.WindowStart);
        }

        foreach (var rendition in Renditions())
        {
            rendition.Trim(first, _boundaries.FirstReadable);
        }

        _recording?.Release(_boundaries.FirstReadable);
        var oldest = _boundaries.Find(first)!.Period;
        if (_periods[0].Index < oldest)
        {
            _periods = _periods.RemoveAll(period => period.Index < oldest);
        }
    }
}
