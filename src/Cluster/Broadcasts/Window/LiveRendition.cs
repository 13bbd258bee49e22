using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>One rendition of a broadcast in its owner's hands: its timeline, and its files on their way through memory to
/// storage and out of the window.</summary>
internal sealed class LiveRendition
{
    // Parts are remembered for six target durations, twice as long as they are listed.
    private const int PartsKeptLimits = 6;

    // Where storage does not take segments, the window shrinks to this many times the segments that are kept in memory
    // anyway, and memory lets go of them at this many times.
    private const int UnstoredListedFactor = 8;
    private const int UnstoredKeptFactor = 16;

    // Segments before those in memory whose files the operating system probably still has in its cache.
    private const int KnownSegments = 4;

    private readonly LiveMedia _media;
    private readonly SegmentArchive _archive;
    private readonly BroadcastRecording? _recording;
    private readonly int _hotSegments;
    private readonly ImmutableArray<MediaBuffer>.Builder _parts = ImmutableArray.CreateBuilder<MediaBuffer>();
    private readonly Queue<HotSegment> _hot = new();
    private readonly Queue<long> _known = new();
    private readonly Queue<Segment> _behindWindow = new();

    public LiveRendition(
        string name,
        TrackConfiguration configuration,
        TimeSpan partTarget,
        TimeSpan segmentLimit,
        int hotSegments,
        LiveMedia media,
        SegmentArchive archive,
        BroadcastRecording? recording)
    {
        (_hotSegments, _media, _archive, _recording) = (hotSegments, media, archive, recording);
        Timeline = new RenditionTimeline(name, configuration, partTarget, segmentLimit * PartsKeptLimits);
        AddHeader(Timeline.InitializationIndex, configuration);
    }

    /// <summary>
    /// Goes on with one that another node has begun. What is in memory is stored, which it may have been already: under the same names, the same bytes.
    /// </summary>
    public LiveRendition(
        BegunRendition begun,
        long firstSequence,
        TimeSpan segmentLimit,
        int hotSegments,
        LiveMedia media,
        SegmentArchive archive,
        BroadcastRecording? recording)
    {
        (_hotSegments, _media, _archive, _recording) = (hotSegments, media, archive, recording);
        Timeline = new RenditionTimeline(begun.Snapshot, firstSequence, segmentLimit * PartsKeptLimits);
        for (var index = 0; index < begun.Snapshot.Initializations.Length; index++)
        {
            AddHeader(index, begun.Snapshot.Initializations[index]);
        }

        foreach (var (segment, parts) in begun.Segments)
        {
            TakeOver(segment, parts, begun.Snapshot.Initializations[segment.Initialization]);
        }

        for (var index = 0; index < begun.Open.Length; index++)
        {
            _media.Add(Name, MediaNames.Part(begun.Snapshot.Open!.Boundary.MediaSequence, index), new HotMedia([begun.Open[index]]));
        }

        _parts.AddRange(begun.Open);
        Cool();
    }

    public RenditionTimeline Timeline { get; }

    public string Name => Timeline.Name;

    /// <summary>Media sequence number before which nothing can be listed, because storage has not taken it.</summary>
    public long WindowStart { get; private set; }

    /// <summary>Goes over to another configuration, from the next segment on.</summary>
    public void Configure(TrackConfiguration configuration)
    {
        if (!configuration.Matches(Timeline.Configuration))
        {
            Timeline.Configure(configuration);
            AddHeader(Timeline.InitializationIndex, configuration);
        }
    }

    public void Add(PackagedMedia media)
    {
        switch (media)
        {
            case PackagedMedia.PartMade made:
                AddPart(made);
                break;
            case PackagedMedia.SegmentEnded ended:
                EndSegment(ended);
                break;
        }
    }

    /// <summary>Fills the place of a segment that the rendition does not have.</summary>
    public void AddGap(SegmentBoundary boundary, long duration)
    {
        if (Timeline.Snapshot().Open is { } open)
        {
            // Its parts were announced, and somebody may be on the way to fetch them.
            _hot.Enqueue(new(open.Boundary.MediaSequence, _parts.Count, File: null));
            _parts.Clear();
        }

        Timeline.AddGap(boundary, boundary.DecodeTime, duration);
        Cool();
    }

    /// <summary>
    /// Takes off the list what lies before <paramref name="firstSequence"/>, and deletes what lies before
    /// <paramref name="lastReadableSequence"/>, which nobody can have listed any more.
    /// </summary>
    public void Trim(long firstSequence, long lastReadableSequence)
    {
        foreach (var segment in Timeline.Trim(firstSequence))
        {
            _behindWindow.Enqueue(segment);
        }

        while (_behindWindow.TryPeek(out var segment) && segment.Boundary.MediaSequence < lastReadableSequence)
        {
            _behindWindow.Dequeue();
            if (!segment.IsGap)
            {
                var name = MediaNames.Segment(segment.Boundary.MediaSequence);
                _media.Forget(Name, name);
                _archive.Delete(Name, name);
            }
        }
    }

    private void AddHeader(int index, TrackConfiguration configuration)
    {
        var name = MediaNames.Initialization(index);
        var file = HotMedia.Of(CmafHeader.Create(configuration));
        _media.Add(Name, name, file);
        if (_recording is not null)
        {
            _archive.Store(Name, name, file, static () => Task.CompletedTask);
        }
    }

    private void AddPart(PackagedMedia.PartMade made)
    {
        // The file has to be there before the timeline says so.
        _media.Add(Name, MediaNames.Part(made.Boundary.MediaSequence, made.Part.Index), new HotMedia([made.Data]));
        _parts.Add(made.Data);
        Timeline.Add(made);
    }

    private void TakeOver(Segment segment, ImmutableArray<MediaBuffer> parts, TrackConfiguration configuration)
    {
        var sequence = segment.Boundary.MediaSequence;
        for (var index = 0; index < parts.Length; index++)
        {
            _media.Add(Name, MediaNames.Part(sequence, index), new HotMedia([parts[index]]));
        }

        var file = segment.IsGap ? null : Whole(parts);
        if (file is not null)
        {
            _media.Add(Name, MediaNames.Segment(sequence), file);
            _archive.Store(Name, MediaNames.Segment(sequence), file, OnStored(file, segment, configuration));
        }

        _hot.Enqueue(new(sequence, parts.Length, file));
    }

    private void EndSegment(PackagedMedia.SegmentEnded ended)
    {
        var sequence = ended.Boundary.MediaSequence;
        var name = MediaNames.Segment(sequence);
        var parts = _parts.DrainToImmutable();
        var file = parts.IsEmpty ? null : Whole(parts);
        if (file is not null)
        {
            _media.Add(Name, name, file);
        }

        var segment = Timeline.Complete(ended);
        if (file is not null)
        {
            _archive.Store(Name, name, file, OnStored(file, segment, Timeline.Configuration));
            _hot.Enqueue(new(sequence, parts.Length, file));
        }

        Cool();
    }

    /// <summary>A segment is its parts one after the other, and holds them as they do themselves.</summary>
    private static HotMedia Whole(ImmutableArray<MediaBuffer> parts)
    {
        foreach (var part in parts)
        {
            if (!part.TryHold())
            {
                throw new InvalidOperationException("A part was let go of before its segment was complete.");
            }
        }

        return new(parts);
    }

    /// <summary>What is to be done, beside the graph, when a segment has been stored.</summary>
    private Func<Task> OnStored(HotMedia file, Segment segment, TrackConfiguration configuration)
    {
        if (_recording is null)
        {
            return () =>
            {
                file.MarkStored();
                return Task.CompletedTask;
            };
        }

        var frameRate = Timeline.FrameRate;
        return () =>
        {
            file.MarkStored();
            return _recording.AddAsync(Name, segment with { Parts = [] }, configuration, frameRate);
        };
    }

    /// <summary>Lets go of the memory of segments that are stored and no longer at the live edge.</summary>
    private void Cool()
    {
        while (_hot.Count > _hotSegments && _hot.Peek() is var oldest
            && (oldest.File is null or { IsStored: true } || _hot.Count > _hotSegments * UnstoredKeptFactor))
        {
            _hot.Dequeue();
            for (var index = 0; index < oldest.Parts; index++)
            {
                _media.Forget(Name, MediaNames.Part(oldest.MediaSequence, index));
            }

            oldest.File?.LetGo();
            _known.Enqueue(oldest.MediaSequence);
        }

        while (_known.Count > KnownSegments)
        {
            _media.Forget(Name, MediaNames.Segment(_known.Dequeue()));
        }

        if (_archive.Unstored > 0 && _hot.Count > _hotSegments * UnstoredListedFactor)
        {
            WindowStart = Timeline.NextSequence!.Value - (_hotSegments * UnstoredListedFactor);
        }
    }

    /// <summary>A segment in memory; without a file a gap, whose parts were announced before it became one.</summary>
    private readonly record struct HotSegment(long MediaSequence, int Parts, HotMedia? File);
}
