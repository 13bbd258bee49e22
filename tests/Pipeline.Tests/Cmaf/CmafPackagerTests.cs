using FsCheck;
using FsCheck.Fluent;
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
    public void Sample_LongerThanTheTarget_IsInTheFirstOfItsParts()
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        packager.BeginSegment(Boundary(0, 0), 0);
        packager.Add(Picture(0), 90_000);
        Assert.Equal(3, Parts.Count());
        packager.Add(Picture(90_000), 90_000);
        packager.EndSegment(180_000);

        AssertListed(TestTracks.Video.Timescale, 1);
        Assert.Equal([1, 0, 0, 1, 0, 0], Parts.Select(made => BoxReader.ReadSamples(made.Data.Memory).Count));
        Assert.Equal([90_000, 90_000], Samples().Select(sample => (long)sample.Duration));
    }

    [Fact]
    public void EndSegment_AfterItsLastSample_ThatLastsUntilThen()
    {
        var packager = new CmafPackager(TestTracks.Video, PartTarget, _made.Add);
        packager.BeginSegment(Boundary(0, 0), 0);
        packager.Add(Picture(0), 3000);
        packager.EndSegment(90_000);

        AssertListed(TestTracks.Video.Timescale, 1);
        Assert.Equal([90_000], Samples().Select(sample => (long)sample.Duration));
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(11025)]
    [InlineData(12000)]
    [InlineData(16000)]
    [InlineData(22050)]
    [InlineData(24000)]
    [InlineData(32000)]
    [InlineData(44100)]
    [InlineData(48000)]
    [InlineData(64000)]
    [InlineData(88200)]
    [InlineData(96000)]
    public void Audio_OfAnyRate_HasWholeFramesInItsParts(uint rate)
    {
        var target = new SegmentationOptions().PartTargetFor(TimeSpan.FromSeconds(1024.0 / rate));
        var packager = new CmafPackager(TestTracks.Audio with { Timescale = rate }, target, _made.Add);
        var boundary = 0;
        for (var index = 0L; index * 1024 < rate * 20; index++)
        {
            if (index * 1024 >= boundary * 2L * rate)
            {
                packager.BeginSegment(Boundary(boundary++, 0), index * 1024);
            }

            packager.Add(new Sample(index * 1024, 0, true, new byte[] { 1 }), 1024);
        }

        packager.EndSegment(packager.End);

        Assert.InRange(target, TimeSpan.FromMilliseconds(200), PartTarget);
        AssertParts(rate, 10, target);
    }

    public static TheoryData<double> RatesOfSlowPictures => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12.5, 14, 15, 20, 24000 / 1001.0];

    [Theory]
    [MemberData(nameof(RatesOfSlowPictures))]
    public void Video_OfAnyRate_HasWholePicturesInItsParts(double fps)
    {
        var target = new SegmentationOptions().PartTargetFor(TimeSpan.FromSeconds(1 / fps));
        var packager = new CmafPackager(TestTracks.Video, target, _made.Add);
        var clock = new VideoClock();
        clock.Expect(90_000 / fps);
        var gop = Math.Max(1, (int)Math.Round(fps * 2));
        for (var index = 0; index < gop * 10; index++)
        {
            var (decodeTime, duration) = clock.Place((long)Math.Round(index * 1000 / fps) * 90);
            if (index % gop == 0)
            {
                packager.BeginSegment(Boundary(index / gop, decodeTime), decodeTime);
            }

            packager.Add(new Sample(decodeTime, 0, index % gop == 0, new byte[] { 1 }), duration);
        }

        packager.EndSegment(clock.Next);

        AssertParts(TestTracks.Video.Timescale, 10, target);
    }

    [Fact]
    public void Parts_OfAnySamples_AreListedAsTheyHaveToBe()
    {
        var sample = Gen.Frequency((10, Gen.Choose(1, 60)), (3, Gen.Choose(60, 400)), (1, Gen.Choose(400, 4_000)));
        var script =
            from samples in sample.ArrayOf(40)
            from usual in Gen.Choose(10, 1_500)
            from perSegment in Gen.Choose(1, 20)
            from late in Gen.Choose(0, 300)
            select (samples, usual, perSegment, late);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(script), one =>
        {
            _made.Clear();
            var target = new SegmentationOptions().PartTargetFor(TimeSpan.FromMilliseconds(one.usual));
            var packager = new CmafPackager(TestTracks.Video, target, _made.Add);
            var (time, segments) = (0L, 0);
            foreach (var (index, ms) in one.samples.Index())
            {
                if (index % one.perSegment == 0)
                {
                    packager.BeginSegment(Boundary(segments++, time), time);
                }

                packager.Add(Picture(time), ms * 90);
                time += ms * 90;
            }

            packager.EndSegment(time + (one.late * 90));
            AssertListed(TestTracks.Video.Timescale, segments, target);
            Assert.Equal(one.samples.Length, Samples().Count());
            Assert.Equal(one.samples.SkipLast(1).Select(ms => ms * 90L), Samples().SkipLast(1).Select(placed => (long)placed.Duration));
            return true;
        }));
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

    private IEnumerable<PlacedSample> Samples() => Parts.SelectMany(made => BoxReader.ReadSamples(made.Data.Memory))
        .Select(sample => new PlacedSample(sample.DecodeTime, sample.Duration));

    /// <summary>Parts as playlists list them.</summary>
    private void AssertListed(uint timescale, int segments, TimeSpan? partTarget = null)
    {
        Assert.Equal(segments, Segments.Count());
        var target = (partTarget ?? PartTarget).TotalSeconds * timescale;
        foreach (var segment in Segments)
        {
            var parts = Parts.Where(made => made.Boundary == segment.Boundary).ToArray();
            Assert.Equal(Enumerable.Range(0, parts.Length), parts.Select(made => made.Part.Index));
            Assert.Equal(segment.SegmentDecodeTime, parts[0].Part.DecodeTime);
            Assert.Equal(segment.Duration, parts.Sum(made => made.Part.Duration));
            Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.Equal(
                pair.First.Part.DecodeTime + pair.First.Part.Duration, pair.Second.Part.DecodeTime));
            Assert.All(parts, made =>
            {
                Assert.InRange(made.Part.Duration, 1, target);
                Assert.Equal(made.Data.Length, made.Part.Length);
            });
            Assert.All(parts.SkipLast(1), made => Assert.True(
                made.Part.Duration >= PartShareMin * target,
                $"Part {made.Part.Index} of segment {segment.Boundary.MediaSequence}: {made.Part.Duration / target:0.000} of the target."));
        }
    }

    /// <summary>The same, and each has the samples that it lasts for.</summary>
    private void AssertParts(uint timescale, int segments, TimeSpan? partTarget = null)
    {
        AssertListed(timescale, segments, partTarget);
        Assert.All(Parts, made =>
        {
            var samples = BoxReader.ReadSamples(made.Data.Memory);
            Assert.Equal(made.Part.DecodeTime, samples[0].DecodeTime);
            Assert.Equal(made.Part.Duration, samples.Sum(sample => (long)sample.Duration));
        });
    }

    private readonly record struct PlacedSample(long DecodeTime, uint Duration);
}
