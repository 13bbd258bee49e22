using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>What holds of every playlist of a broadcast, and from one to the next. RFC 8216bis §4.4.3.1, §4.4.3.7, §4.4.4.</summary>
internal sealed class ListingRules
{
    private const double PartShareMin = 0.85;

    // A playlist's unit.
    private const double Unit = 0.00001;

    private BroadcastSnapshot? _before;

    /// <summary>Looks at what was added since the last look.</summary>
    public void Look(BroadcastSnapshot? now)
    {
        if (now is null || ReferenceEquals(now, _before))
        {
            return;
        }

        Assert.Equal(_before?.TargetDuration ?? now.TargetDuration, now.TargetDuration);
        foreach (var rendition in now.Renditions)
        {
            var before = _before?.Find(rendition.Name);
            Assert.Equal(before?.PartTarget ?? rendition.PartTarget, rendition.PartTarget);
            Assert.True(rendition.PartTarget <= now.PartTarget);
            for (var index = before?.Segments.Length ?? 0; index < rendition.Segments.Length; index++)
            {
                Complete(now, rendition, rendition.Segments[index], index > 0 ? rendition.Segments[index - 1] : null);
            }

            if (rendition.Open is { } open)
            {
                Parts(rendition, open);
            }
        }

        _before = now;
    }

    private static void Complete(BroadcastSnapshot broadcast, RenditionSnapshot rendition, Segment segment, Segment? previous)
    {
        var name = $"{rendition.Name} {segment.Boundary.MediaSequence}";
        var seconds = Seconds(rendition, segment.Duration);
        Assert.True(seconds > 0.001, $"{name} lasts {seconds} s.\n{Listing(broadcast)}");
        Assert.True(
            Math.Round(seconds, MidpointRounding.AwayFromZero) <= broadcast.TargetDuration.TotalSeconds,
            $"{name} lasts {seconds} s.\n{Listing(broadcast)}");
        Parts(rendition, segment);
        if (!segment.Parts.IsEmpty)
        {
            Assert.Equal((name, segment.Duration), (name, segment.Parts.Sum(part => part.Duration)));
            Assert.Equal((name, segment.DecodeTime), (name, segment.Parts[0].DecodeTime));
        }

        if (previous is null)
        {
            return;
        }

        Assert.Equal((name, previous.Boundary.MediaSequence + 1), (name, segment.Boundary.MediaSequence));
        Assert.Equal((name, previous.DecodeTime + previous.Duration), (name, segment.DecodeTime));
        Assert.True(segment.Boundary.ProgramDateTime > previous.Boundary.ProgramDateTime, $"{name}: the date goes back.");
    }

    private static void Parts(RenditionSnapshot rendition, Segment segment)
    {
        var target = rendition.PartTarget.TotalSeconds;
        for (var index = 0; index < segment.Parts.Length; index++)
        {
            var part = segment.Parts[index];
            var seconds = Seconds(rendition, part.Duration);
            var name = $"Part {index} of {segment.Parts.Length} of {rendition.Name} {segment.Boundary.MediaSequence}: {seconds:0.#####} s";
            Assert.True(seconds > 0 && seconds <= target + Unit, name);
            Assert.True(seconds >= target * PartShareMin || index == segment.Parts.Length - 1, name);
        }
    }

    private static string Listing(BroadcastSnapshot broadcast) => string.Join('\n', broadcast.Renditions.Select(rendition =>
        $"{rendition.Name}: " + string.Join(' ', rendition.Segments.Append(rendition.Open).OfType<Segment>().Select(segment =>
            $"{segment.Boundary.DecodeTime / 90_000.0:0.###}+{Seconds(rendition, segment.Duration):0.###}{(segment.IsGap ? "g" : "")}"))));

    private static double Seconds(RenditionSnapshot rendition, long duration) => duration / (double)rendition.Timescale;
}
