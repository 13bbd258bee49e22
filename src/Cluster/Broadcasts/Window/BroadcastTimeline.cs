using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Naming;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>
/// The timeline of a broadcast: puts what the source made on it, and what the rungs made beside that, lets go of what leaves the window, and
/// makes a snapshot of it after each change, which its <see cref="Announcement"/> shows to readers. Called within the graph alone, but for what readers see.
/// </summary>
internal sealed partial class BroadcastTimeline
{
    private readonly string _broadcastId;
    private readonly SegmentationOptions _options;
    private readonly int _hotSegments;
    private readonly LiveMedia _media;
    private readonly SegmentArchive _archive;
    private readonly BroadcastRecording? _recording;
    private readonly RungBranch _rungBranch;
    private readonly BranchFaults _faults;
    private readonly TimeProvider _time;
    private readonly Action _runsEnded;
    private readonly BoundaryLog _boundaries;
    private LiveRendition? _source;
    private LiveRendition? _audio;
    private ImmutableArray<Period> _periods = [];
    private DateTimeOffset _startedAt;
    private long _version;
    private bool _isDirty;
    private volatile bool _isLetGo;
    private volatile bool _isEnded;
    private volatile TimelineStatus _status;

    /// <param name="broadcastId">The broadcast's.</param>
    /// <param name="options">How it is cut.</param>
    /// <param name="hotSegments">Newest segments of each rendition that stay in memory once they are stored.</param>
    /// <param name="media">Its files.</param>
    /// <param name="archive">Where complete segments go.</param>
    /// <param name="recording">What it will be; null where it is not kept.</param>
    /// <param name="rungs">Where the other qualities come from.</param>
    /// <param name="faults">Gets those of rungs and recording.</param>
    /// <param name="time">The clock.</param>
    /// <param name="runsEnded">Is called when a run has ended, and no other is under way.</param>
    /// <param name="instruments">Count what is announced late; null for nobody who asks.</param>
    public BroadcastTimeline(
        string broadcastId,
        SegmentationOptions options,
        int hotSegments,
        LiveMedia media,
        SegmentArchive archive,
        BroadcastRecording? recording,
        RungBranch rungs,
        BranchFaults faults,
        TimeProvider time,
        Action runsEnded,
        BroadcastInstruments? instruments = null)
    {
        Announcement = new(time, instruments);
        _runsEnded = runsEnded;
        (_broadcastId, _options, _hotSegments, _media, _archive) = (broadcastId, options, hotSegments, media, archive);
        (_recording, _rungBranch, _faults, _time) = (recording, rungs, faults, time);
        _boundaries = new BoundaryLog(options.Window);
        _status = new TimelineStatus(Quality, rungs.Status);
    }

    /// <summary>What readers see. Safe from anywhere.</summary>
    public Announcement Announcement { get; }

    /// <summary>No segment will be added. Safe from anywhere.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>It goes on at another node: what comes to its end here is not the broadcast. Safe from anywhere.</summary>
    public bool IsLetGo => _isLetGo;

    /// <summary>How it was at the last look. Safe from anywhere.</summary>
    public TimelineStatus Status => _status;

    /// <summary>There are transcoded qualities for viewers, or will be in a moment.</summary>
    public bool HasRungs => _rungBranch.IsPromising || _rungs.Exists(static rung => rung.Timeline.IsOffered);

    /// <summary>How much of what was asked for viewers get, and why not all of it.</summary>
    public Quality Quality
    {
        get
        {
            if (_periods.IsEmpty)
            {
                return new(QualityLevel.SourceOnly, "The broadcast is only beginning.");
            }

            var ladder = _rungBranch.Quality;
            return _archive.Trouble is not { } trouble ? ladder
                : ladder.Level == QualityLevel.Full ? new(QualityLevel.Reduced, trouble)
                : ladder with { Reason = $"{ladder.Reason} {trouble}" };
        }
    }

    /// <summary>Its end will not be the broadcast's, which goes on at another node. Safe from anywhere, before the end.</summary>
    public void LetGo() => _isLetGo = true;

    /// <summary>Puts what the source made.</summary>
    public void Add(SourceMedia made)
    {
        var begins = false;
        var announced = _boundaries.Newest?.MediaSequence ?? -1;
        foreach (var change in made.Changes)
        {
            _isDirty = true;
            switch (change)
            {
                case SourceChange.SegmentBegan began:
                    begins = true;
                    Begin(began.Boundary, began.Period);
                    break;
                case SourceChange.Configured configured:
                    Configure(configured);
                    break;
                case SourceChange.Packaged packaged:
                    (packaged.Rendition == RenditionNames.Source ? _source : _audio)!.Add(packaged.Media);
                    break;
                case SourceChange.LookedAt lookedAt:
                    Look(lookedAt.FrameRate);
                    break;
            }
        }

        if (begins)
        {
            OfferSource();

            // Segments that begin all at once (a pause is over) count as one: no rung can have what the last of them begins with.
            CatchUpRungs(Math.Min(_boundaries.Newest!.MediaSequence, announced + 1) - BehindMax);
            Trim();
        }

        Publish();
    }

    /// <summary>The timeline is final: it has ended, or goes on at another node.</summary>
    public void End()
    {
        _isEnded = !_isLetGo;
        _isDirty = true;
        try
        {
            if (_boundaries.Newest is { } last)
            {
                CatchUpRungs(last.MediaSequence);
            }

            Publish();
        }
        finally
        {
            Announcement.End();
        }
    }

    private void Begin(SegmentBoundary boundary, Period period)
    {
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
    }

    private void Configure(SourceChange.Configured configured)
    {
        ref var rendition = ref configured.Rendition == RenditionNames.Source ? ref _source : ref _audio;
        rendition ??= New(configured.Rendition, configured.Configuration, configured.PartTarget);
        rendition.Configure(configured.Configuration);
    }

    private void Look(double frameRate)
    {
        if (_source is not null)
        {
            _source.Timeline.FrameRate = frameRate;
            OfferSource();
        }

        LookAtRungs(frameRate);
        _status = new TimelineStatus(Quality, _rungBranch.Status);
    }

    /// <summary>Makes a snapshot for readers of what has changed.</summary>
    private void Publish()
    {
        if (!_isDirty || _periods.IsEmpty)
        {
            return;
        }

        _isDirty = false;
        Announcement.Publish(new BroadcastSnapshot
        {
            Id = _broadcastId,
            StartedAt = _startedAt,
            TargetDuration = _options.Limit,
            PartTarget = Renditions().Select(static rendition => rendition.Timeline.PartTarget)
                .DefaultIfEmpty(_options.PartTarget).Max(),
            Renditions = [.. Renditions().Select(rendition => rendition.Timeline.Snapshot())],
            Periods = _periods,
            IsEnded = IsEnded,
            PublishedAt = _time.GetUtcNow(),
            Version = ++_version,
        });
    }

    /// <summary>
    /// A source that browsers cannot decode is not for new viewers while rungs are made of it: who comes before the first of them waits
    /// for it.
    /// </summary>
    private void OfferSource() => _source?.Timeline.IsOffered =
        _source.Timeline.Configuration is VideoConfiguration { IsWidelyDecoded: true } || !_rungBranch.IsPromising;

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
        new(name, configuration, partTarget, _options.Limit, _hotSegments, _media, _archive, _recording);

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

    private void BeginRecordedPeriod(Period period)
    {
        try
        {
            _recording?.Add(period);
        }
        catch (Exception e)
        {
            _faults.Add("recording", e);
        }
    }

    private void ReleaseRecording(long mediaSequence)
    {
        try
        {
            _recording?.Release(mediaSequence);
        }
        catch (Exception e)
        {
            _faults.Add("recording", e);
        }
    }
}
