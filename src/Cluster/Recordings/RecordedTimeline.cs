using System.Collections.Immutable;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// Puts a broadcast's timeline together again from its journal, up to its end. Every rendition gets a segment at every
/// boundary: a gap where there is none in storage, so that media sequence numbers have no holes and all renditions begin and
/// end together.
/// </summary>
internal sealed class RecordedTimeline(string id, TimeSpan targetDuration, TimeSpan partTarget, DateTimeOffset? endedAt)
{
    private readonly List<Period> _periods = [];
    private readonly SortedDictionary<long, SegmentBoundary> _boundaries = [];
    private readonly SortedDictionary<string, RecordedRendition> _renditions = new(StringComparer.Ordinal);

    public void Add(Period period) => _periods.Add(period);

    public void Add(SegmentBoundary boundary) => _boundaries.Add(boundary.MediaSequence, boundary);

    public void Add(string rendition, TrackConfiguration configuration)
    {
        if (!_renditions.TryGetValue(rendition, out var found))
        {
            _renditions[rendition] = found = new RecordedRendition(rendition);
        }

        found.Initializations.Add(configuration);
    }

    public void Add(string rendition, Segment segment, double frameRate) => _renditions[rendition].Add(segment, frameRate);

    public SegmentBoundary BoundaryOf(long mediaSequence) => _boundaries[mediaSequence];

    /// <summary>The timeline, null without any segment.</summary>
    public BroadcastSnapshot? Build()
    {
        var renditions = _renditions.Values.Where(rendition => rendition.Segments.Count > 0).ToList();
        if (renditions.Count == 0)
        {
            return null;
        }

        var boundaries = Boundaries(renditions);
        if (boundaries.IsEmpty)
        {
            return null;
        }

        var built = renditions.ConvertAll(rendition => rendition.Build(boundaries, partTarget));
        var first = boundaries[0];
        return new BroadcastSnapshot
        {
            Id = id,
            StartedAt = _periods[0].At(0),
            TargetDuration = targetDuration,
            PartTarget = partTarget,
            Renditions = [.. WithOffer(built).OrderBy(Order).ThenByDescending(Height)],
            Periods = [.. _periods.Where(period => period.Index >= first.Period && period.Index <= boundaries[^1].Period)],
            IsEnded = true,
            PublishedAt = endedAt ?? EndOf(built),
            Version = 1,
        };
    }

    private static int Order(RenditionSnapshot rendition) =>
        rendition.Kind == TrackKind.Audio ? 2 : rendition.Name == RenditionNames.Source ? 0 : 1;

    private static int Height(RenditionSnapshot rendition) => (rendition.Configuration as VideoConfiguration)?.Height ?? 0;

    /// <summary>Wall-clock time at which the last segment ends.</summary>
    private static DateTimeOffset EndOf(List<RenditionSnapshot> renditions) => renditions.Max(static rendition =>
    {
        var last = rendition.Segments[^1];
        var seconds = last.Duration / (double)rendition.Initializations[last.Initialization].Timescale;
        return last.Boundary.ProgramDateTime + TimeSpan.FromSeconds(seconds);
    });

    /// <summary>Offers what is whole but for a tenth, and the most complete of each kind however much it lacks.</summary>
    private static IEnumerable<RenditionSnapshot> WithOffer(List<RenditionSnapshot> renditions)
    {
        foreach (var kind in renditions.GroupBy(rendition => rendition.Kind))
        {
            var fewest = kind.Min(Gaps);
            foreach (var rendition in kind)
            {
                yield return rendition with { IsOffered = Gaps(rendition) <= Math.Max(fewest, rendition.Segments.Length / 10) };
            }
        }
    }

    private static int Gaps(RenditionSnapshot rendition) => rendition.Segments.Count(segment => segment.IsGap);

    /// <summary>
    /// The boundaries from the first segment to the last before the end, and in place of those that no rendition has a segment
    /// at, even ones.
    /// </summary>
    private ImmutableArray<SegmentBoundary> Boundaries(List<RecordedRendition> renditions)
    {
        var first = renditions.Min(rendition => rendition.FirstSequence);
        var last = renditions.Max(rendition => rendition.LastSequence);
        var all = ImmutableArray.CreateBuilder<SegmentBoundary>();
        foreach (var boundary in _boundaries.Values)
        {
            if (boundary.MediaSequence < first || boundary.MediaSequence > last || boundary.ProgramDateTime >= endedAt)
            {
                continue;
            }


            if (all is [.., var previous] && boundary.MediaSequence > previous.MediaSequence + 1)
            {
                var missing = boundary.MediaSequence - previous.MediaSequence - 1;
                var start = Math.Min(boundary.DecodeTime, renditions.Max(rendition => rendition.EndOf(previous.MediaSequence)));
                for (var i = 0; i < missing; i++)
                {
                    var decodeTime = start + ((boundary.DecodeTime - start) * i / missing);
                    all.Add(previous with
                    {
                        MediaSequence = previous.MediaSequence + 1 + i,
                        DecodeTime = decodeTime,
                        PresentationTime = decodeTime,
                        ProgramDateTime = previous.ProgramDateTime.AddTicks(
                            MediaClock.Rescale(decodeTime - previous.DecodeTime, MediaClock.TicksPerSecond, (uint)TimeSpan.TicksPerSecond)),
                    });
                }
            }

            all.Add(boundary);
        }

        return all.DrainToImmutable();
    }
}
