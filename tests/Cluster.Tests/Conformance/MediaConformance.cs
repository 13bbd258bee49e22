using Streaming.Pipeline.Codecs.Aac;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Tests.Isobmff;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>What holds of the files of every broadcast.</summary>
internal static class MediaConformance
{
    private const int TicksPerMs = MediaClock.TicksPerMs;

    /// <summary>The source rendition is what was published: every access unit, in order, shown at its millisecond.</summary>
    public static void AssertSourceIsPassedThrough(RecordedBroadcast broadcast, IReadOnlyList<PublishedFrame> published)
    {
        var samples = broadcast.Source.Samples;
        Assert.Equal(published.Count, samples.Count);
        var begin = published[0].PresentationMs;
        for (var index = 0; index < samples.Count; index++)
        {
            Assert.True(published[index].Data.Span.SequenceEqual(samples[index].Data.Span), $"Access unit {index} was changed.");
            Assert.Equal(
                (index, (published[index].PresentationMs - begin) * TicksPerMs),
                (index, samples[index].DecodeTime + samples[index].CompositionOffset));
        }
    }

    /// <summary>
    /// The audio rendition is what was published from the first picture on, within <paramref name="toleranceFrames"/> of
    /// its clock, without a hole; at its end there may be silence for as long as there are pictures.
    /// </summary>
    public static void AssertAudioIsPassedThrough(
        RecordedBroadcast broadcast, IReadOnlyList<PublishedFrame> published, long beginMs, double toleranceFrames = 1)
    {
        var rate = broadcast.Audio.Snapshot.Timescale;
        var silence = SilentFrame.For(((AudioConfiguration)broadcast.Audio.Snapshot.Configuration).Channels);
        var samples = broadcast.Audio.Samples;
        var expected = published.SkipWhile(frame => frame.PresentationMs < beginMs).ToArray();
        Assert.InRange(samples.Count, expected.Length, expected.Length + 48);
        var end = samples[0].DecodeTime;
        for (var index = 0; index < samples.Count; index++)
        {
            Assert.Equal((index, end), (index, samples[index].DecodeTime));
            end += samples[index].Duration;
            Assert.Equal(AudioConfiguration.SamplesPerFrame, (int)samples[index].Duration);
            var data = index < expected.Length ? expected[index].Data : silence;
            Assert.True(data.Span.SequenceEqual(samples[index].Data.Span), $"Audio frame {index} was changed.");
            if (index < expected.Length)
            {
                var clock = (expected[index].PresentationMs - beginMs) * rate / 1000.0;
                Assert.InRange(
                    (samples[index].DecodeTime - clock) / AudioConfiguration.SamplesPerFrame, -toleranceFrames, toleranceFrames);
            }
        }
    }

    /// <summary>All video renditions begin each segment together and end it together, in the files themselves.</summary>
    public static void AssertAligned(RecordedBroadcast broadcast)
    {
        foreach (var segment in broadcast.Source.Segments)
        {
            foreach (var rendition in broadcast.Video)
            {
                var same = rendition.Segments.SingleOrDefault(other => other.Sequence == segment.Sequence);
                Assert.True(same is { Segment.IsGap: false }, $"{rendition.Name} lacks segment {segment.Sequence}.");
                Assert.Equal(
                    (rendition.Name, segment.Sequence, segment.Samples[0].DecodeTime, Duration(segment)),
                    (rendition.Name, same.Sequence, same.Samples[0].DecodeTime, Duration(same)));
                Assert.Equal(segment.Segment.DecodeTime, same.Samples[0].DecodeTime);
                Assert.Equal(same.Segment.Duration, Duration(same));
            }
        }
    }

    /// <summary>The samples of each rendition tile its timeline: each one begins where the one before ended.</summary>
    public static void AssertContinuous(RecordedBroadcast broadcast)
    {
        foreach (var rendition in broadcast.Renditions)
        {
            var end = rendition.Samples[0].DecodeTime;
            foreach (var segment in rendition.Segments)
            {
                Assert.Equal((rendition.Name, end), (rendition.Name, segment.Samples[0].DecodeTime));
                foreach (var sample in segment.Samples)
                {
                    Assert.Equal((rendition.Name, end), (rendition.Name, sample.DecodeTime));
                    end += sample.Duration;
                }

                Assert.Equal(segment.Segment.Duration, Duration(segment));
            }
        }
    }

    /// <summary>No segment is longer than the target duration, and sequence numbers count.</summary>
    public static void AssertSegments(RecordedBroadcast broadcast)
    {
        foreach (var rendition in broadcast.Renditions)
        {
            Assert.Equal(
                Enumerable.Range(0, rendition.Segments.Count).Select(index => (long)index),
                rendition.Segments.Select(segment => segment.Sequence));
            foreach (var segment in rendition.Segments)
            {
                var seconds = segment.Segment.Duration / (double)rendition.Snapshot.Timescale;
                Assert.True(
                    Math.Round(seconds) <= Math.Round(broadcast.Snapshot.TargetDuration.TotalSeconds),
                    $"Segment {segment.Sequence} of {rendition.Name} lasts {seconds:0.###} s.");
            }
        }
    }

    /// <summary>Each segment of the ladder can be decoded by itself.</summary>
    public static void AssertLadderIsIndependent(RecordedBroadcast broadcast, int fromSequence = 0)
    {
        foreach (var rendition in broadcast.Video.Where(rendition => rendition.Name != "source"))
        {
            Assert.All(rendition.Segments.Skip(fromSequence), segment =>
            {
                Assert.True(segment.Samples[0].IsSync, $"Segment {segment.Sequence} of {rendition.Name} begins without a sync sample.");
                Assert.True(segment.Segment.Independent);
            });
        }
    }

    /// <summary>A rung has as many pictures as the source, shown at the same milliseconds.</summary>
    public static void AssertLadderShowsTheSame(RecordedBroadcast broadcast)
    {
        var source = Shown(broadcast.Source.Samples);
        foreach (var rendition in broadcast.Video)
        {
            Assert.Equal(source, Shown(rendition.Samples));
        }

        static IReadOnlyList<long> Shown(IEnumerable<FragmentSample> samples) =>
            [.. samples.Select(sample => sample.DecodeTime + sample.CompositionOffset).Order()];
    }

    /// <summary>ffmpeg decodes every rendition from its first to its last picture without a word.</summary>
    public static async Task AssertDecodesAsync(RecordedBroadcast broadcast)
    {
        using var folder = new TemporaryFolder();
        foreach (var rendition in broadcast.Renditions)
        {
            var path = await rendition.WriteAsync(folder.Path);
            var type = rendition.Name == "audio" ? "a" : "v";
            var output = await TestMedia.RunAsync(
                "sh",
                [
                    "-c",
                    "ffmpeg -nostdin -hide_banner -v warning -xerror -err_detect explode -i \"$0\" -f null - 2>&1; "
                    + $"ffprobe -v warning -select_streams {type} -count_frames -show_entries stream=nb_read_frames "
                    + "-of csv=p=0 \"$0\" 2>&1",
                    path,
                ]);
            Assert.Equal((rendition.Name, $"{rendition.Samples.Count}"), (rendition.Name, output.Trim()));
        }
    }

    public static long Duration(RecordedSegment segment) => segment.Samples.Sum(sample => (long)sample.Duration);
}
