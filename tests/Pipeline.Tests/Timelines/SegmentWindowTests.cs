using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Whatever the window, an appended segment and a part cost the same, and no list that was given out changes.</summary>
public sealed class SegmentWindowTests
{
    private const int PartsPerSegment = 6;
    private const long PartTicks = 30_000;
    private const long SegmentTicks = PartsPerSegment * PartTicks;

    private static readonly TimeSpan PartsKept = TimeSpan.FromSeconds(24);

    [Fact]
    public void Lists_OfAnyHistory_AreWhatAPlainListWouldBeAndStaySo() => Prop.ForAll<byte[], byte>(static (script, listed) =>
    {
        var window = new SegmentWindow(PartsKept);
        var model = new List<Segment>();
        var given = new List<(SegmentList List, Segment[] Model)>();
        for (var i = 0; i < script.Length * 4; i++)
        {
            // Every fourth kind of each: a gap, one that begins without a sync sample, a new period.
            var kind = script[i / 4];
            var segment = Segment(i, period: model.Count == 0 ? 0 : model[^1].Boundary.Period + (kind % 7 == 0 ? 1 : 0)) with
            {
                IsGap = kind % 4 == 1,
                Independent = kind % 4 != 2,
            };
            window.Append(segment);
            model.Add(segment);
            var first = i - listed + 1;
            var expected = model.TakeWhile(one => one.Boundary.MediaSequence < first).ToList();
            Assert.Equal(expected.Select(Number), window.TrimBefore(first).Select(Number));
            model.RemoveRange(0, expected.Count);
            given.Add((window.List, [.. model]));
        }

        foreach (var (list, then) in given)
        {
            AssertIs(then, list);
            AssertIs(then[(then.Length / 3)..(then.Length * 2 / 3)], list[(then.Length / 3)..(then.Length * 2 / 3)]);
            foreach (var period in then.Select(static one => one.Boundary.Period).Distinct())
            {
                AssertIs([.. then.Where(one => one.Boundary.Period == period)], list.Within(period));
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void List_Found_IsByMediaSequence()
    {
        SegmentList list = [Segment(5), Segment(6), Segment(7)];
        Assert.Equal([null, 5L, 7L, null], ((long[])[4, 5, 7, 8]).Select(number => list.Find(number)?.Boundary.MediaSequence));
        SegmentList none = [];
        Assert.Null(none.Find(0));
        Assert.True(none.IsEmpty && !none.HasMedia && none.IsIndependent);
    }

    [Fact]
    public void PartAndSegment_InALongWindow_AllocateWhatTheyDoInAShortOne()
    {
        var inShort = BytesPerSegment(window: 100);
        var inLong = BytesPerSegment(window: 10_000);
        Assert.InRange(inLong, 1, inShort * 1.05);
    }

    [Fact]
    public void DeltaUpdate_OfALongWindow_IsThatOfAShortOne()
    {
        var (inShort, inLong) = (Delta(Filled(100)), Delta(Filled(10_000)));

        // What differs are numbers with more digits.
        static IEnumerable<string> Shape(string text) =>
            text.Split('\n').Select(line => new string([.. line.Where(letter => !char.IsAsciiDigit(letter))]));
        Assert.Equal(Shape(inShort), Shape(inLong));
        Assert.Contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=9988\n", inLong, StringComparison.Ordinal);
    }

    [Fact]
    public void DeltaUpdate_OfALongWindow_AllocatesWhatItDoesOfAShortOne()
    {
        var inShort = AllocatedBy(Filled(100), static timeline => Delta(timeline));
        var inLong = AllocatedBy(Filled(10_000), static timeline => Delta(timeline));
        Assert.InRange(inLong, 1, inShort * 1.1);
    }

    /// <summary>
    /// What a broadcast does with a segment of six parts: each makes a snapshot, the last one completes it, the oldest leaves
    /// the window. The mean of so many that the arrays that grow with the window have been replaced several times.
    /// </summary>
    private static double BytesPerSegment(int window)
    {
        var timeline = Filled(window);
        var segments = window * 10;
        return AllocatedBy(timeline, _ =>
        {
            for (var i = 0; i < segments; i++)
            {
                AddSegment(timeline);
                timeline.Trim(timeline.NextSequence!.Value - window);
            }
        }) / (double)segments;
    }

    private static long AllocatedBy(RenditionTimeline timeline, Action<RenditionTimeline> work)
    {
        work(timeline); // What is made once is made before.
        var before = GC.GetAllocatedBytesForCurrentThread();
        work(timeline);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static RenditionTimeline Filled(int segments)
    {
        var timeline = new RenditionTimeline("720p", TestFrames.VideoTrack, TimeSpan.FromSeconds(0.334), PartsKept);
        for (var i = 0; i < segments; i++)
        {
            AddSegment(timeline);
        }

        return timeline;
    }

    private static void AddSegment(RenditionTimeline timeline)
    {
        var boundary = Boundary(timeline.NextSequence ?? 0, 0);
        for (var index = 0; index < PartsPerSegment; index++)
        {
            var part = new Part(index, boundary.DecodeTime + (index * PartTicks), PartTicks, index == 0, 100);
            timeline.Add(new PackagedMedia.PartMade(boundary, boundary.DecodeTime, part, MediaBuffer.Of(default)));
            timeline.Snapshot();
        }

        timeline.Complete(new PackagedMedia.SegmentEnded(boundary, boundary.DecodeTime, SegmentTicks));
        timeline.Snapshot();
    }

    private static string Delta(RenditionTimeline timeline)
    {
        var rendition = timeline.Snapshot();
        var broadcast = new BroadcastSnapshot
        {
            Id = "b1",
            StartedAt = BroadcastBuilder.StartedAt,
            TargetDuration = TimeSpan.FromSeconds(4),
            PartTarget = TimeSpan.FromSeconds(0.334),
            Renditions = [rendition],
            Periods = [new Period(0, 0, BroadcastBuilder.StartedAt)],
            IsEnded = false,
            Version = 1,
            PublishedAt = BroadcastBuilder.StartedAt,
        };
        var output = new ArrayBufferWriter<byte>(4096);
        MediaPlaylist.Write(output, broadcast, rendition, Manifests.Delta);
        return System.Text.Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void AssertIs(Segment[] expected, SegmentList list)
    {
        Assert.Equal(expected.Length, list.Length);
        Assert.Equal(expected, list.Select(static one => one with { Parts = [] }));
        Assert.Equal(expected, Enumerable.Range(0, list.Length).Select(index => list[index] with { Parts = [] }));
        Assert.Equal(Array.Exists(expected, static one => !one.IsGap), list.HasMedia);
        Assert.Equal(Array.TrueForAll(expected, static one => one.IsGap || one.Independent), list.IsIndependent);
    }

    private static long Number(Segment segment) => segment.Boundary.MediaSequence;

    private static Segment Segment(long sequence, int period = 0) => new()
    {
        Boundary = Boundary(sequence, period),
        DecodeTime = sequence * SegmentTicks,
        Duration = SegmentTicks,
        Initialization = 0,
        Independent = true,
        Length = 100,
    };

    private static SegmentBoundary Boundary(long sequence, int period) => new()
    {
        MediaSequence = sequence,
        DecodeTime = sequence * SegmentTicks,
        PresentationTime = sequence * SegmentTicks,
        ProgramDateTime = BroadcastBuilder.StartedAt.AddSeconds(2 * sequence),
        DiscontinuitySequence = 0,
        Period = period,
        SourceIndependent = true,
    };
}
