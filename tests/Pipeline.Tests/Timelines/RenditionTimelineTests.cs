using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class RenditionTimelineTests
{
    private readonly RenditionTimeline _timeline = new("720p", TestFrames.VideoTrack);

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
    public void Abandon_ForgetsTheOpenSegment()
    {
        AddSegment(0);
        _timeline.Add(Part(1, 0));
        _timeline.Abandon();
        Assert.Null(_timeline.Snapshot().Open);

        Complete(1);
        Assert.True(_timeline.Snapshot().Segments[1].IsGap);
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
        var timeline = new RenditionTimeline("720p", TestFrames.VideoTrack, TimeSpan.FromSeconds(6));
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
        new byte[100]);

    private void AddSegment(long sequence)
    {
        _timeline.Add(Part(sequence, 0));
        _timeline.Add(Part(sequence, 1));
        Complete(sequence);
    }

    private void Complete(long sequence) =>
        _timeline.Complete(new PackagedMedia.SegmentEnded(Boundary(sequence), sequence * 180_000, 180_000));
}
