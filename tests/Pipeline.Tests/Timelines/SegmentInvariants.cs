using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>What holds of everything that a segmenter makes.</summary>
internal static class SegmentInvariants
{
    public static void AssertAll(SegmentedSource source)
    {
        AssertSequence(source);
        AssertWallClock(source);
        AssertVideo(source);
        AssertAudio(source);
    }

    /// <summary>Media sequence numbers count, boundaries move forward, and what they count never goes back.</summary>
    public static void AssertSequence(SegmentedSource source)
    {
        for (var index = 1; index < source.Segments.Count; index++)
        {
            var (before, boundary) = (source.Segments[index - 1].Boundary, source.Segments[index].Boundary);
            Assert.Equal(before.MediaSequence + 1, boundary.MediaSequence);
            Assert.True(boundary.DecodeTime > before.DecodeTime, $"Boundary {boundary.MediaSequence} is not after the one before.");
            Assert.InRange(boundary.DiscontinuitySequence - before.DiscontinuitySequence, 0, 1);
            Assert.InRange(boundary.Period - before.Period, boundary.DiscontinuitySequence - before.DiscontinuitySequence, 1);
        }
    }

    /// <summary>
    /// A boundary's wall-clock time is that of its period, and runs with the media from one discontinuity to the next.
    /// </summary>
    public static void AssertWallClock(SegmentedSource source)
    {
        foreach (var (boundary, period) in source.Segments.Select(
            segment => (segment.Boundary, source.Periods.Single(period => period.Index == segment.Boundary.Period))))
        {
            Assert.Equal(period.At(boundary.DecodeTime), boundary.ProgramDateTime);
            Assert.True(boundary.DecodeTime >= period.DecodeTime);
            if (period.SegmentDuration is { } duration)
            {
                var turn = period.DecodeTime + ((boundary.MediaSequence - period.MediaSequence) * duration);
                Assert.InRange(boundary.DecodeTime, turn - (duration / 4), turn + (duration / 4));
            }
        }

        foreach (var stretch in source.Segments.Select(segment => segment.Boundary).GroupBy(boundary => boundary.DiscontinuitySequence))
        {
            var period = source.Periods.First(period => period.Index == stretch.First().Period);
            Assert.All(stretch, boundary => Assert.Equal(
                period.At(boundary.DecodeTime), boundary.ProgramDateTime, TimeSpan.FromMicroseconds(100)));
        }
    }

    /// <summary>Pictures tile their segment: the first at its beginning, the last to its end.</summary>
    public static void AssertVideo(SegmentedSource source)
    {
        foreach (var segment in source.Segments.Where(segment => segment.Video.Count > 0))
        {
            var end = segment.Video[0].DecodeTime;
            Assert.Equal(segment.Boundary.DecodeTime, end);
            Assert.True(segment.Video[0].IsSync || !segment.Boundary.SourceIndependent);
            foreach (var sample in segment.Video)
            {
                Assert.Equal(end, sample.DecodeTime);
                Assert.True(sample.Duration > 0);
                end = sample.End;
            }

            Assert.True(end <= (segment.End ?? long.MaxValue), "A picture reaches into the next segment.");
        }
    }

    /// <summary>Audio frames never overlap, and belong to the segment that their beginning lies in.</summary>
    public static void AssertAudio(SegmentedSource source)
    {
        foreach (var track in source.Segments.Where(segment => segment.Audio.Count > 0).GroupBy(segment => segment.AudioTimescale))
        {
            var end = long.MinValue;
            foreach (var segment in track)
            {
                Assert.Equal(segment.AudioBegin, segment.Audio[0].DecodeTime);
                var begin = MediaClock.Rescale(segment.Boundary.DecodeTime, MediaClock.TicksPerSecond, segment.AudioTimescale);
                Assert.True(segment.Audio[0].DecodeTime >= begin, "Audio from before its segment.");
                foreach (var sample in segment.Audio)
                {
                    Assert.True(sample.DecodeTime >= end, "Audio frames overlap.");
                    end = sample.End;
                }

                if (source.Segments.FirstOrDefault(next => next.Boundary.MediaSequence == segment.Boundary.MediaSequence + 1) is { } next)
                {
                    // The count of samples may be that far from the clock that cuts.
                    var away = (long)(AudioClock.StepMax.TotalSeconds * segment.AudioTimescale);
                    var last = MediaClock.Rescale(next.Boundary.DecodeTime, MediaClock.TicksPerSecond, segment.AudioTimescale);
                    Assert.True(segment.Audio[^1].DecodeTime <= last + away, "Audio from after its segment.");
                }
            }
        }
    }

    public static void AssertNoLongerThan(SegmentedSource source, double seconds) =>
        Assert.All(source.Segments.Where(segment => segment.End is not null), segment =>
            Assert.True(segment.Seconds <= seconds, $"Segment {segment.Boundary.MediaSequence} lasts {segment.Seconds:0.###} s."));
}
