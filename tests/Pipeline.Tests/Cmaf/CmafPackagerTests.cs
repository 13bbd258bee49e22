using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Isobmff;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>Parts as LL-HLS wants them: none above PART-TARGET, none but a segment's last below 85 % of it.</summary>
public sealed class CmafPackagerTests
{
    private const double PartShareMin = 0.85;

    private static readonly TimeSpan PartTarget = new SegmentationOptions().PartTarget;

    private readonly List<PackagedMedia> _made = [];

    private IEnumerable<PackagedMedia.PartMade> Parts => _made.OfType<PackagedMedia.PartMade>();

    private IEnumerable<PackagedMedia.SegmentEnded> Segments => _made.OfType<PackagedMedia.SegmentEnded>();

    public static TheoryData<double> Rates => [24000 / 1001.0, 24, 25, 30000 / 1001.0, 30, 50, 60000 / 1001.0, 60];

    [Theory]
    [MemberData(nameof(Rates))]
    public void Video_PartsFillTheTarget(double fps)
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        var clock = new VideoClock();
        var gop = (int)Math.Round(fps * 2);
        for (var index = 0; index < gop * 5; index++)
        {
            // Millisecond times as RTMP has them, placed as the source is.
            var (decodeTime, duration) = clock.Place((long)Math.Round(index * 1000 / fps) * 90);
            if (index % gop == 0)
            {
                packager.BeginSegment(Boundary(index / gop, decodeTime), decodeTime);
            }

            packager.Add(new Sample(decodeTime, 0, index % gop == 0, new byte[] { 1 }), duration);
        }

        packager.EndSegment(clock.Next);

        AssertParts(TestTracks.Video.Timescale, 5);
        Assert.All(Parts, made => Assert.Equal(made.Part.Index == 0, made.Part.Independent));

        // None ends a picture early: a shorter last part would have to wait for the segment's end.
        var pictures = Math.Floor(PartTarget.TotalSeconds * fps);
        Assert.Equal(5 * (int)Math.Ceiling(gop / pictures), Parts.Count());
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Video_Part_IsMadeWithItsLastPicture(double fps)
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        var clock = new VideoClock();
        packager.BeginSegment(Boundary(0, 0), 0);
        for (var index = 0; index < fps * 60; index++)
        {
            var made = _made.Count;
            var (decodeTime, duration) = clock.Place((long)Math.Round(index * 1000 / fps) * 90);
            packager.Add(new Sample(decodeTime, 0, index == 0, new byte[] { 1 }), duration);
            Assert.All(
                _made.Skip(made).OfType<PackagedMedia.PartMade>(),
                part => Assert.Equal(packager.End, part.Part.DecodeTime + part.Part.Duration));
        }

        Assert.True(_made.Count > 100);
    }

    [Theory]
    [InlineData(44100)]
    [InlineData(48000)]
    public void Audio_PartsFillTheTarget(uint rate)
    {
        var packager = new CmafPackager(TestTracks.Audio with { Timescale = rate }, PartTarget, _made.Add);
        for (var index = 0; index < 470; index++)
        {
            if (index % 94 == 0)
            {
                packager.BeginSegment(Boundary(index / 94, 0), index * 1024);
            }

            packager.Add(new Sample(index * 1024, 0, true, new byte[] { 1 }), 1024);
        }

        packager.EndSegment(470 * 1024);

        AssertParts(rate, 5);
        Assert.All(Parts, made => Assert.True(made.Part.Independent));
    }

    [Fact]
    public void Part_IsGivenOutWithItsLastSample()
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        packager.BeginSegment(Boundary(0, 0), 0);
        for (var index = 0; index < 9; index++)
        {
            packager.Add(Picture(index * 3000), 3000);
        }

        Assert.Empty(_made);
        packager.Add(Picture(27_000), 3000);
        Assert.Equal(30_000, Assert.Single(Parts).Part.Duration);
    }

    [Fact]
    public void EndSegment_WithoutSamples_IsAnEmptySegment()
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        packager.EndSegment(500);
        Assert.Empty(_made);

        packager.BeginSegment(Boundary(0, 0), 0);
        packager.BeginSegment(Boundary(1, 180_000), 180_000);

        Assert.Equal((0L, 180_000L), (Segments.Single().SegmentDecodeTime, Segments.Single().Duration));
        Assert.Empty(Parts);
    }

    [Theory]
    [InlineData(3000, 1)]
    [InlineData(2000, 3000)]
    [InlineData(0, 1)]
    public void EndSegment_BeforeTheEndOfTheLastSample_StillGivesItOut(long segmentEnd, long duration)
    {
        // A picture shown after the next segment was decoded: B-frames were dropped before an IDR picture.
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        packager.BeginSegment(Boundary(0, 0), 0);
        packager.Add(Picture(3000), duration);

        packager.EndSegment(segmentEnd);

        Assert.Single(Parts);
        Assert.Equal(segmentEnd, Segments.Single().Duration);
    }

    [Fact]
    public void Sample_LongerThanTheTarget_IsAPartOfItsOwn()
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        packager.BeginSegment(Boundary(0, 0), 0);
        packager.Add(Picture(0), 90_000);
        packager.Add(Picture(90_000), 90_000);
        packager.EndSegment(180_000);

        Assert.Equal([90_000, 90_000], Parts.Select(made => made.Part.Duration));
    }

    private static SegmentBoundary Boundary(long sequence, long decodeTime) => new()
    {
        MediaSequence = sequence,
        DecodeTime = decodeTime,
        PresentationTime = decodeTime,
        ProgramDateTime = default,
        DiscontinuitySequence = 0,
        Period = 0,
        SourceIndependent = true,
    };

    private static Sample Picture(long decodeTime) => new(decodeTime, 0, false, new byte[] { 1 });

    private void AssertParts(uint timescale, int segments)
    {
        Assert.Equal(segments, Segments.Count());
        var target = PartTarget.TotalSeconds * timescale;
        foreach (var segment in Segments)
        {
            var parts = Parts.Where(made => made.Boundary == segment.Boundary).ToArray();
            Assert.Equal(Enumerable.Range(0, parts.Length), parts.Select(made => made.Part.Index));
            Assert.Equal(segment.SegmentDecodeTime, parts[0].Part.DecodeTime);
            Assert.Equal(segment.Duration, parts.Sum(made => made.Part.Duration));
            Assert.All(parts, made =>
            {
                Assert.True(made.Part.Duration <= target, $"A part of {made.Part.Duration / (double)timescale:0.0000} s.");
                Assert.Equal(made.Data.Length, made.Part.Length);
                var samples = BoxReader.ReadSamples(made.Data);
                Assert.Equal(made.Part.DecodeTime, samples[0].DecodeTime);
                Assert.Equal(made.Part.Duration, samples.Sum(sample => (long)sample.Duration));
            });
            Assert.All(parts.SkipLast(1), made => Assert.True(
                made.Part.Duration >= PartShareMin * target,
                $"Part {made.Part.Index} of segment {segment.Boundary.MediaSequence}: {made.Part.Duration / target:0.000} of the target."));
        }
    }
}
