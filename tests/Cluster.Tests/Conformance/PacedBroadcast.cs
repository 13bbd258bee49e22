using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Tests.Isobmff;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>A tag of a publisher, and when it arrives, in ms since the first.</summary>
internal readonly record struct ArrivingTag(double ArrivalMs, FlvTag Tag);

/// <summary>
/// A broadcast whose source comes at a pace of its own on a clock that the test has. What its playlists list is looked at
/// with each tag (<see cref="ListingRules"/>).
/// </summary>
internal sealed class PacedBroadcast : IAsyncDisposable
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time;
    private readonly Broadcast _broadcast;
    private readonly SourceReader _reader;
    private readonly ListingRules _rules = new();
    private double _nowMs;

    public PacedBroadcast(int hotSegments = 1000, TimeSpan? window = null, DateTimeOffset? beginning = null, string id = "b1")
        : this(beginning ?? Beginning, hotSegments, window, 1, null, id)
    {
    }

    private PacedBroadcast(DateTimeOffset now, int hotSegments, TimeSpan? window, long epoch, DateTimeOffset? startedAt, string id)
    {
        _time = new(now);
        var segments = new SegmentationOptions();
        var options = new BroadcastOptions
        {
            Segments = segments with { Window = window ?? segments.Window },
            Ladder = RecordedBroadcast.NoLadder,
            HotSegments = hotSegments,
        };
        _broadcast = new Broadcast(
            id, "mine", epoch, options, new MemoryStorage(1L << 30), null, static _ => { }, static _ => { }, _time, NullLogger.Instance,
            startedAt: startedAt);
        _reader = new SourceReader(Segmenter, _time);
        BeganAt = _time.GetUtcNow();
    }

    /// <summary>Goes on with what another node has begun; null where nothing was announced.</summary>
    public static PacedBroadcast? GoOn(ILiveBroadcast earlier, DateTimeOffset now, bool isStorageShared, int hotSegments = 1000, TimeSpan? window = null)
    {
        if (earlier.Snapshot is not { } snapshot || BegunBroadcast.Of(snapshot, earlier.Media, isStorageShared) is not { } begun)
        {
            return null;
        }

        var resumed = new PacedBroadcast(now, hotSegments, window, earlier.Epoch + 1, earlier.StartedAt, earlier.Id);
        resumed._broadcast.GoOn(begun);
        return resumed;
    }

    /// <summary>The wall clock.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>When the first tag arrives.</summary>
    public DateTimeOffset BeganAt { get; }

    public Broadcast Broadcast => _broadcast;

    public BroadcastSnapshot Snapshot => _broadcast.Snapshot!;

    public Segmenter Segmenter => _broadcast.Output.Segmenter;

    public RenditionSnapshot Source => Snapshot.Find("source")!;

    public RenditionSnapshot Audio => Snapshot.Find("audio")!;

    /// <summary>Publishes until the last tag, and ends the broadcast.</summary>
    public PacedBroadcast Publish(IEnumerable<ArrivingTag> tags)
    {
        foreach (var _ in Steps(tags))
        {
        }

        return this;
    }

    /// <summary>The same, tag by tag: somebody may look after each, and after the end.</summary>
    /// <param name="tags">Of the source.</param>
    /// <param name="hasRules">The rules count in the timescale that a rendition has now: not where it changes.</param>
    public IEnumerable<BroadcastSnapshot?> Steps(IEnumerable<ArrivingTag> tags, bool hasRules = true)
    {
        foreach (var (arrivalMs, tag) in tags)
        {
            while (arrivalMs > _nowMs)
            {
                // A channel looks once a second.
                var stepMs = Math.Min(arrivalMs - _nowMs, 1000);
                _time.Advance(TimeSpan.FromMilliseconds(stepMs));
                _nowMs += stepMs;
                _reader.OpenIfDue();
            }

            _reader.Read(tag);
            Pass();
            Look(hasRules);
            yield return _broadcast.Snapshot;
        }

        _time.Advance(SourceReader.OpeningTimeout);
        _reader.OpenIfDue();
        _broadcast.Output.Segmenter.EndPublication();
        Pass();
        _broadcast.Timeline.End();
        Look(hasRules);
        yield return _broadcast.Snapshot;
    }

    private void Look(bool hasRules)
    {
        if (hasRules)
        {
            _rules.Look(_broadcast.Snapshot);
        }
    }

    /// <summary>From the source to the timeline, as the broadcast's graph does.</summary>
    private void Pass()
    {
        if (_broadcast.Output.Take() is { } media)
        {
            _broadcast.Timeline.Add(media);
        }
    }

    /// <summary>The samples of a rendition's segment.</summary>
    public IReadOnlyList<FragmentSample> Samples(RenditionSnapshot rendition, Segment segment)
    {
        Assert.True(_broadcast.Media.TryHold(rendition.Name, MediaNames.Segment(segment.Boundary.MediaSequence), out var hot));
        return BoxReader.ReadSamples(hot.Pieces.SelectMany(piece => piece.ToArray()).ToArray());
    }

    /// <summary>Each segment that is no gap has media for as long as its playlist says, one after the other.</summary>
    public void AssertMedia()
    {
        foreach (var rendition in Snapshot.Renditions)
        {
            foreach (var segment in rendition.Segments.Where(segment => !segment.IsGap))
            {
                var samples = Samples(rendition, segment);
                Assert.NotEmpty(samples);
                Assert.Equal((rendition.Name, segment.DecodeTime), (rendition.Name, samples[0].DecodeTime));
                Assert.Equal(
                    (rendition.Name, segment.Boundary.MediaSequence, segment.Duration),
                    (rendition.Name, segment.Boundary.MediaSequence, samples.Sum(sample => (long)sample.Duration)));
                Assert.Equal(segment.Independent, samples[0].IsSync);
            }
        }
    }

    /// <summary>
    /// Each picture is shown in its segment: a rung, which is cut by when pictures are shown, is cut where the source is. Of sources
    /// whose pictures are shown in the order in which they are decoded.
    /// </summary>
    public void AssertCutAsShown()
    {
        var newest = 0L; // Two may be shown at the same time.
        foreach (var segment in Source.Segments.Where(segment => !segment.IsGap))
        {
            var shown = Samples(Source, segment).Select(sample => sample.DecodeTime + sample.CompositionOffset).ToList();
            Assert.InRange(segment.Boundary.PresentationTime, newest, shown.Min());
            newest = shown.Max();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_broadcast.IsEnded)
        {
            _broadcast.Timeline.End(); // A test that failed.
        }

        return _broadcast.DisposeAsync();
    }
}
