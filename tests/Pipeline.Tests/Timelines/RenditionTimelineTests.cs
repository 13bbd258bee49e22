using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class RenditionTimelineTests
{
    // Parts of these tests take 30,000 ticks.
    private static readonly TimeSpan PartTarget = TimeSpan.FromSeconds(0.334);

    private readonly RenditionTimeline _timeline = new("720p", TestFrames.VideoTrack, PartTarget);

    [Fact]
    public void Parts_GrowTheOpenSegment()
    {
        _timeline.Add(Part(0, 0));
        _timeline.Add(Part(0, 1));

        var open = _timeline.Snapshot().Open!;
        Assert.Equal((60_000L, 200L, 2), (open.Duration, open.Length, open.Parts.Length));
        Assert.True(open.Independent);
        Assert.Empty(_timeline.Snapshot().Segments);
    }

    [Fact]
    public void Complete_Parts_BecomeASegmentWithItsOwnDuration()
    {
        AddSegment(0);

        var snapshot = _timeline.Snapshot();
        var segment = Assert.Single(snapshot.Segments);
        Assert.Equal((180_000L, 200L, false), (segment.Duration, segment.Length, segment.IsGap));
        Assert.Null(snapshot.Open);
        Assert.Equal(800, snapshot.PeakBitRate);
        Assert.Equal(800, snapshot.AverageBitRate);
        Assert.Equal(1, _timeline.NextSequence);
    }

    [Fact]
    public void Complete_WithoutParts_IsAGap()
    {
        Complete(0);

        Assert.True(Assert.Single(_timeline.Snapshot().Segments).IsGap);
        Assert.Equal(0, _timeline.Snapshot().PeakBitRate);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Complete_OutOfSequence_IsRefused(long sequence)
    {
        AddSegment(0);
        Assert.Throws<InvalidOperationException>(() => AddSegment(sequence));
    }

    [Fact]
    public void Gap_InPlaceOfTheOpenSegment_KeepsItsPartsAndFillsTheRest()
    {
        AddSegment(0);
        _timeline.Add(Part(1, 0));
        _timeline.Add(Part(1, 1));
        _timeline.AddGap(Boundary(1), 180_000, 180_000);

        var snapshot = _timeline.Snapshot();
        Assert.Null(snapshot.Open);
        var gap = snapshot.Segments[1];
        Assert.Equal((true, 180_000L, 180_000L, 0L), (gap.IsGap, gap.DecodeTime, gap.Duration, gap.Length));
        Assert.All(gap.Parts, part => Assert.True(part.IsGap));
        Assert.Equal([30_000L, 30_000, 30_059, 30_059, 30_059, 29_823], gap.Parts.Select(part => part.Duration));
        AssertParts(gap);
    }

    [Theory]
    [InlineData(180_000, 6)]
    [InlineData(30_059, 1)]
    [InlineData(30_060, 2)]
    [InlineData(1, 1)]
    public void Gap_OfAnyDuration_IsFilledWithParts(long duration, int parts)
    {
        AddSegment(0);
        var gap = _timeline.AddGap(Boundary(1), 180_000, duration);
        Assert.Equal(parts, gap.Parts.Length);
        AssertParts(gap);
    }

    [Fact]
    public void Gap_ShorterThanTheAnnouncedParts_LastsAsLongAsThey()
    {
        AddSegment(0);
        _timeline.Add(Part(1, 0));
        _timeline.Add(Part(1, 1));
        var gap = _timeline.AddGap(Boundary(1), 180_000, 40_000);
        Assert.Equal(60_000, gap.Duration);
        AssertParts(gap);
    }

    [Fact]
    public void Trim_TakesOffTheOldest()
    {
        for (var sequence = 0; sequence < 5; sequence++)
        {
            AddSegment(sequence);
        }

        Assert.Equal([0, 1], _timeline.Trim(2).Select(segment => segment.Boundary.MediaSequence));
        Assert.Empty(_timeline.Trim(2));
        Assert.Equal([2, 3, 4], _timeline.Snapshot().Segments.Select(segment => segment.Boundary.MediaSequence));
        Assert.Equal(5, _timeline.NextSequence);
    }

    [Fact]
    public void Configure_OtherParameters_AddsAnInitialization()
    {
        AddSegment(0);
        _timeline.Configure(TestFrames.VideoTrack with { });
        Assert.Equal(0, _timeline.InitializationIndex);

        _timeline.Configure(TestFrames.VideoTrack with { DecoderConfiguration = new byte[] { 9 } });
        AddSegment(1);

        Assert.Equal([0, 1], _timeline.Snapshot().Segments.Select(segment => segment.Initialization));
        Assert.Equal(2, _timeline.Snapshot().Initializations.Length);
    }

    [Fact]
    public void Snapshot_IsTheSameUntilSomethingChanges()
    {
        AddSegment(0);
        var snapshot = _timeline.Snapshot();
        _timeline.IsOffered = true;
        _timeline.FrameRate = 0;
        _timeline.Configure(TestFrames.VideoTrack);
        Assert.Same(snapshot, _timeline.Snapshot());

        _timeline.IsOffered = false;
        Assert.NotSame(snapshot, _timeline.Snapshot());
        Assert.True(snapshot.IsOffered);
        Assert.False(_timeline.Snapshot().IsOffered);
    }

    [Fact]
    public void Parts_FarBehindTheEdge_AreForgotten()
    {
        var timeline = new RenditionTimeline("720p", TestFrames.VideoTrack, PartTarget, TimeSpan.FromSeconds(6));
        for (var sequence = 0; sequence < 10; sequence++)
        {
            timeline.Add(Part(sequence, 0));
            timeline.Complete(new PackagedMedia.SegmentEnded(Boundary(sequence), sequence * 180_000, 180_000));
            timeline.Trim(firstSequence: sequence - 6);
        }

        Assert.Equal(
            [false, false, false, true, true, true, true],
            timeline.Snapshot().Segments.Select(segment => !segment.Parts.IsEmpty));
    }

    private static void AssertParts(Segment gap)
    {
        Assert.Equal(Enumerable.Range(0, gap.Parts.Length), gap.Parts.Select(part => part.Index));
        var at = gap.DecodeTime;
        foreach (var part in gap.Parts)
        {
            Assert.Equal(at, part.DecodeTime);
            at += part.Duration;
        }

        Assert.Equal(gap.DecodeTime + gap.Duration, at);
    }

    private static SegmentBoundary Boundary(long sequence) => new()
    {
        MediaSequence = sequence,
        DecodeTime = sequence * 180_000,
        PresentationTime = sequence * 180_000,
        ProgramDateTime = default,
        DiscontinuitySequence = 0,
        Period = 0,
        SourceIndependent = true,
    };

    private static PackagedMedia.PartMade Part(long sequence, int index) => new(
        Boundary(sequence),
        sequence * 180_000,
        new Part(index, (sequence * 180_000) + (index * 30_000), 30_000, index == 0, 100),
        MediaBuffer.Of(new byte[100]));

    private void AddSegment(long sequence)
    {
        _timeline.Add(Part(sequence, 0));
        _timeline.Add(Part(sequence, 1));
        Complete(sequence);
    }

    private void Complete(long sequence) =>
        _timeline.Complete(new PackagedMedia.SegmentEnded(Boundary(sequence), sequence * 180_000, 180_000));
}
